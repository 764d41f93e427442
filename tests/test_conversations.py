"""Every file of tests/conversations, played against the real model and the real store.

# title                                      as EMAIL            a verified customer from the start
> what the shopper writes (\\n is a new line)  [label or number]   presses a button
% uk cancel off|approval|automatic            a mode set in the console; % stop|resume: all automatic writes
! what staff write      * claim|back|close|approve|decline      + PT10M lets time pass      ^ path/of/a/file  sends it
& 10043 sent|part_sent|delivered|cancelled|refunded|promised=2026-03-20     the shop's next import says so
& LINEN-M stock=3                                                           of an article
< act act …             these acts, in this order, among what the last step did ("-" before an act: it is not there)
~ text                  the last replies to the shopper hold this fact; "!~ text" they don't
@ text                  the last mails to a contact on file hold it; "!@ text" they don't
{code} {wrong}          in what the shopper writes: the code of the last mail that had one, and another one
= order 10043 state=cancelled refunds=1 returns=0 refunded=4900 city=Leeds     the shop's own record
= order 10046 claims=chase:open,damaged:settled files=2
= status bot|waiting|staff|closed
= handoff reason=requested status=waiting summary~10042
= case reason=e_fapiao kind=case status=waiting summary~10103     what staff were given last beside the conversation
= mail to=emma.clarke@example.com files=UK-000001.pdf             the last mail to a contact on file
= promises sent:10043,back:harbour-linen-shirt/CL01-NAVY-M|none   what is still to be told
= account emma.clarke@example.com city=York addresses=3           the customer's address book: the default, how many
"""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import Talk, talking
from shop_change import bring_in
from sqlmodel import SQLModel

from bot.office import ModeWish
from bot.ports import Language, WriteMode
from bot.promises import TIMER
from bot.script import ADDRESS
from bot.shop.show import look_up
from bot.store.database import reading
from bot.store.promises import PromiseStore
from bot.store.tables import Handoffs, Outbox, Timers

FILES = sorted((Path(__file__).parent / "conversations").glob("*.chat"))
KEPT = ("turns", "conversations", "inbox", "outbox", "handoffs", "proofs", "one_time_codes")
VERBS = {">": "text", "[": "button", "!": "staff", "*": "staff_do", "+": "advance", "^": "file"}
ROOT = Path(__file__).parents[1]


class Player:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._last: list[dict[str, Any]] = []
        self.codes: list[str] = []  # that were mailed

    async def play(self, mark: str, rest: str) -> None:
        match mark:
            case ">" | "[" | "!" | "*" | "+" | "^":
                self._last = await self._talk.chat.line(_step(VERBS[mark], self._with_code(rest)))
                self.codes += re.findall(r"^\d{6}$", self._said("mail"), re.MULTILINE)
            case "&":
                await bring_in(self._talk.product.engine, self._talk.clock.now(), *rest.split())
            case "%":
                await self._console(*rest.split())
            case "<":
                self._check_acts(rest.split())
            case "~" | "!~":
                said = self._said("shopper")
                assert (rest in said) is (mark == "~"), f"{mark} {rest!r} in {said!r}"
            case "@" | "!@":
                mailed = self._said("mail")
                assert (rest in mailed) is (mark == "@"), f"{mark} {rest!r} in {mailed!r}"
            case "=":
                await self._check_state(*rest.split())
            case _:
                raise AssertionError(f"unknown mark {mark!r}")

    def _said(self, to: str) -> str:
        return "\n".join(line["reply"] or "" for line in self._last if line["to"] == to)

    def _with_code(self, text: str) -> str:
        if "{code}" not in text and "{wrong}" not in text:
            return text
        code = self.codes[-1]
        return text.replace("{code}", code).replace("{wrong}", f"{(int(code) + 1) % 10**6:06d}")

    async def check_hidden(self) -> None:
        """No code that was mailed is left anywhere: transcript, records, state, inbox, outbox, log."""
        async with reading(self._talk.product.engine) as connection:
            for table in SQLModel.metadata.sorted_tables:
                kept = repr((await connection.execute(sa.select(table))).all()) if table.name in KEPT else ""
                assert not [code for code in self.codes if code in kept], table.name

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
                "claims": ",".join(f"{claim['kind']}:{claim['state']}" for claim in order["claims"]),
                "files": sum(len(claim["files"]) for claim in order["claims"]),
                "refunded": sum(refund["amount"]["minor"] for refund in order["refunds"]),
                "invoices": ",".join(invoice["number"] for invoice in order["invoices"]),
                **{part: order["address"][part].replace(" ", "_") for part in ("city", "postcode", "recipient")},
            }  # fmt: skip
        elif kind == "handoff":
            note = self._last[-1]["handoff"] or {}
            found = note
        elif kind == "case":
            handoffs = Handoffs.__table__
            row = await self._newest(handoffs, handoffs.c.kind.in_(("case", "note")), handoffs.c.opened_at)
            found = dict(row) if row else {}
        elif kind == "mail":
            outbox = Outbox.__table__
            row = await self._newest(outbox, outbox.c.target == "mail", outbox.c.id)
            files = ",".join(item["name"] for item in row["payload"]["attachments"]) if row else ""
            found = {"to": row["address"]["chat"], "files": files, "state": row["state"]} if row else {"to": "nobody"}
        elif kind == "promises":
            open_ones = await PromiseStore(self._talk.product.engine).open_ones(ADDRESS.conversation_id)
            assert ",".join(promise.key for promise in open_ones) == facts[0].replace("none", "")
            timers = await self._timers()
            assert timers == {promise.id for promise in open_ones}
            return
        elif kind == "account":
            email, *facts = facts
            proof = await self._talk.product.shop.customer(email)
            account = await self._talk.product.shop.account(proof) if proof else None
            assert account is not None
            found = {"city": account.addresses[0].city.replace(" ", "_"), "addresses": len(account.addresses)}
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


    async def _timers(self) -> set[str]:
        """The promises that have a timer."""
        timers = Timers.__table__
        async with reading(self._talk.product.engine) as connection:
            return set(await connection.scalars(sa.select(timers.c.subject).where(timers.c.kind == TIMER)))

    async def _newest(self, table: Any, where: Any, by: Any) -> Any:
        async with reading(self._talk.product.engine) as connection:
            query = sa.select(table).where(where).order_by(by.desc()).limit(1)
            return (await connection.execute(query)).mappings().first()


def _step(verb: str, value: str) -> str:
    import json

    plain: Any = str(ROOT / value) if verb == "file" else value.replace("\\n", "\n")
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
        await player.check_hidden()


def test_there_are_enough_conversations_in_both_languages() -> None:
    chinese = [file for file in FILES if file.stem.startswith("zh_")]
    assert len(chinese) >= 80
    assert len(FILES) - len(chinese) >= 80
