"""Every file of tests/conversations, played against the real model and the real store.

# title                                      as EMAIL            a verified customer from the start
> what the shopper writes (\\n is a new line)  [label or number]   presses a button
% uk cancel off|approval|automatic            a mode set in the console; % stop|resume: all automatic writes
! what staff write      * claim|back|close|approve|decline      + PT10M lets time pass
< act act …             these acts, in this order, among what the last step did ("-" before an act: it is not there)
~ text                  the last replies to the shopper hold this fact; "!~ text" they don't
= order 10043 state=cancelled refunds=1 returns=0 refunded=4900 city=Leeds     the shop's own record
= status bot|waiting|staff|closed
= handoff reason=requested status=waiting summary~10042
"""

from pathlib import Path
from typing import Any

import pytest
from conftest import Talk, talking

from bot.bootstrap import Language
from bot.ports import ModeWish, WriteMode
from bot.script import ADDRESS
from bot.shop.show import look_up

FILES = sorted((Path(__file__).parent / "conversations").glob("*.chat"))
VERBS = {">": "text", "[": "button", "!": "staff", "*": "staff_do", "+": "advance"}


class Player:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._last: list[dict[str, Any]] = []

    async def play(self, mark: str, rest: str) -> None:
        match mark:
            case ">" | "[" | "!" | "*" | "+":
                self._last = await self._talk.chat.line(_step(VERBS[mark], rest))
            case "%":
                await self._console(*rest.split())
            case "<":
                self._check_acts(rest.split())
            case "~" | "!~":
                said = "\n".join(line["reply"] or "" for line in self._last if line["to"] == "shopper")
                assert (rest in said) is (mark == "~"), f"{mark} {rest!r} in {said!r}"
            case "=":
                await self._check_state(*rest.split())
            case _:
                raise AssertionError(f"unknown mark {mark!r}")

    async def _console(self, *words: str) -> None:
        office = self._talk.product.assistant
        if len(words) == 1:
            await office.switch_writes("anna", stopped={"stop": True, "resume": False}[words[0]])
        else:
            market, verb, mode = words
            await office.set_modes([ModeWish(market, verb, WriteMode(mode))], "anna")

    def _check_acts(self, wanted: list[str]) -> None:
        acts = [act for line in self._last for act in line["acts"]]
        context = f"acts {acts}, intent {self._last[0]['intent']} at {self._last[0]['confidence']}"
        place = 0
        for act in wanted:
            if act.startswith("-"):
                assert act[1:] not in acts, f"{act[1:]} was said: {context}"
            else:
                assert act in acts[place:], f"{act} is missing: {context}"
                place = acts.index(act, place) + 1

    async def _check_state(self, kind: str, *facts: str) -> None:
        if kind == "order":
            number, *facts = facts
            order = await look_up(self._talk.product.engine, number)
            assert order is not None
            found: dict[str, Any] = {
                "state": order["state"], "refunds": len(order["refunds"]), "returns": len(order["returns"]),
                "refunded": sum(refund["amount"]["minor"] for refund in order["refunds"]),
                **{part: order["address"][part].replace(" ", "_") for part in ("city", "postcode", "recipient")},
            }  # fmt: skip
        elif kind == "handoff":
            note = self._last[-1]["handoff"] or {}
            found = note
        else:
            conversation, _ = await self._talk.product.conversations.load(ADDRESS.conversation_id)
            assert conversation.status == facts[0]
            return
        for fact in facts:
            name, tilde, part = fact.partition("~")
            if tilde:
                assert part in str(found.get(name)), f"{part!r} is not in {name}: {found.get(name)!r}"
            else:
                name, _, value = fact.partition("=")
                assert str(found.get(name)) == value, f"{name} is {found.get(name)!r}, not {value!r}"


def _step(verb: str, value: str) -> str:
    import json

    plain: Any = value.replace("\\n", "\n")
    if verb == "button":
        plain = plain.rstrip("]").strip()
        plain = int(plain) if plain.isdigit() else plain
    return json.dumps({verb: plain}, ensure_ascii=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_conversation(file: Path, home: Path, language: Language) -> None:
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    email = next((line.removeprefix("as ") for line in lines if line.startswith("as ")), "")
    async with talking(home, language, as_email=email) as talk:
        player = Player(talk)
        for number, line in enumerate(lines, 1):
            if not line or line.startswith(("#", "as ")):
                continue
            mark, rest = ("[", line[1:]) if line[0] == "[" else (line.partition(" ")[0], line.partition(" ")[2])
            try:
                await player.play(mark, rest.strip())
            except AssertionError as error:
                raise AssertionError(f"{file.name}:{number}: {line}\n{error}") from error


def test_there_are_enough_conversations_in_both_languages() -> None:
    chinese = [file for file in FILES if file.stem.startswith("zh_")]
    assert len(FILES) >= 30
    assert len(chinese) >= 12
