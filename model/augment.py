"""What people do to sentences: other values, two requests at once, a hello before, slips of the finger.

Every function takes an example and a random generator and gives an example; slots move with their parts.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from model import slips
from model.data import Example
from model.fillers import Fillers
from model.labels import CONFIRM, OOS, SPOKEN

Rng = random.Random

# What these mean hangs on what was asked, or on their being alone: they are neither joined nor put into a context.
_BARE = frozenset({"affirm", "deny", "cancel_flow", "provide_info", "greeting", "thanks_bye", OOS})
_BESIDE = frozenset({OOS, "complaint"})  # what is left out beside a request

# --- sentences -------------------------------------------------------------------------------------------------------


def _swap_values(example: Example, fillers: Fillers, rng: Rng) -> Example:
    return replace(example, parts=tuple(
        (fillers.draw(slot, example.language, rng) or text if slot and rng.random() < 0.6 else text, slot)
        for text, slot in example.parts
    ))  # fmt: skip


def _cut_off(example: Example, rng: Rng) -> Example:
    """The last word or two were not typed."""
    text, slot = example.parts[-1]
    if slot or len(example.text) < 16:
        return example
    words = rng.randint(1, 2)
    shorter = text[:-words] if example.language == "zh" else text.rsplit(" ", words)[0]
    return replace(example, parts=(*example.parts[:-1], (shorter, ""))) if shorter.strip() else example


def joined(first: Example, second: Example, rng: Rng) -> Example:
    """One message with both requests."""
    between = ("，", "。", " ", "，还有", "，另外", "；顺便", "，然后") if first.language == "zh" else (
        ". ", ", ", " and ", " - also ", "; ", "? ", ", and also ", "\n")  # fmt: skip
    stop = ".。!！?？,，;；"
    parts = [*first.parts[:-1], (first.parts[-1][0].rstrip(stop), first.parts[-1][1])]
    if rng.random() < 0.3:
        parts, between = list(first.parts), (" ", "\n")
    # A shop request beside chit-chat or anger is that request.
    every = dict.fromkeys((*first.intents, *second.intents))
    intents = (tuple(name for name in every if name not in _BESIDE)
               or tuple(name for name in every if name != OOS) or (OOS,))  # fmt: skip
    return replace(first, parts=tuple(part for part in (*parts, (rng.choice(between), ""), *second.parts) if part[0]),
                   intents=intents)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may stand around a message, by language."""

    hellos: dict[str, list[str]]
    thanks: dict[str, list[str]]
    asked: dict[str, list[tuple[str, str]]]  # (expects, what the assistant said)
    said: dict[str, list[str]]  # messages of shoppers

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Surroundings":
        languages = sorted({example.language for example in examples if example.intents})

        def short(intent: str, language: str) -> list[str]:
            return [one.text for one in examples if one.intents == (intent,) and one.language == language
                    and not one.history and not one.expects and len(one.text) <= 28]  # fmt: skip

        return cls(
            {language: short("greeting", language) for language in languages},
            {language: short("thanks_bye", language) for language in languages},
            {language: sorted({(one.expects, one.history[-1][1]) for one in examples
                               if one.history and one.language == language}) for language in languages},
            {language: [one.text for one in examples if one.language == language] for language in languages},
        )  # fmt: skip


def _polite(example: Example, around: Surroundings, rng: Rng) -> Example:
    before, after = around.hellos.get(example.language), around.thanks.get(example.language)
    zh = example.language == "zh"
    parts = example.parts
    if before and rng.random() < 0.6:
        parts = ((rng.choice(before) + rng.choice(("，", " ", "！") if zh else (", ", " ", "! ", ". ")), ""), *parts)
    if after and rng.random() < 0.4:
        parts = (*parts, (rng.choice(("，", " ", "。") if zh else (" ", ", ", ". ")) + rng.choice(after), ""))
    return replace(example, parts=parts)


# Who asks about an order often says at once who he is.
_PROVED = frozenset({
    "order_status", "delivery_delay", "delivery_problem", "cancel_order", "modify_order", "change_address",
    "return_item", "exchange_item", "refund_request", "refund_status", "damaged_or_wrong_item", "invoice",
})  # fmt: skip
_PROOFS = {
    "en": ((" my email is ", "email"), (", email ", "email"), (" (", "email"), (". Ordered with ", "email"),
           (" ", "email"), (". ", "email"), (", my phone is ", "phone"), (". Phone ", "phone"), (" ", "phone"),
           (", number on it is ", "phone"), (", postcode ", "postcode"), (". My postcode is ", "postcode"),
           (" ", "postcode")),
    "zh": (("，邮箱", "email"), ("，邮箱是", "email"), (" ", "email"), ("，我的邮箱：", "email"), ("，手机号", "phone"),
           ("，手机", "phone"), ("，电话是", "phone"), (" ", "phone"), ("，下单手机", "phone"), ("，邮编", "postcode")),
}  # fmt: skip


def _proved(example: Example, fillers: Fillers, rng: Rng) -> Example:
    """An e-mail, phone or postcode beside the request, mostly after it."""
    words, slot = rng.choice(_PROOFS[example.language])
    value = fillers.draw(slot, example.language, rng)
    if not value:
        return example
    if rng.random() < 0.2:
        between = rng.choice((" ", "，", "。") if example.language == "zh" else (" ", ", ", ". ", " - "))
        return replace(example, parts=((value, slot), (between, ""), *example.parts))
    return replace(example, parts=(*example.parts, (words, ""), (value, slot), *([(")", "")] if "(" in words else [])))


def _context(example: Example, around: Surroundings, rng: Rng) -> Example:
    """Put a clear request after some question or answer of the assistant: it means the same there."""
    asked, said = around.asked.get(example.language), around.said.get(example.language)
    if not asked or not said:
        return example
    expects, question = rng.choice(asked)
    history = (("system", question),) if rng.random() < 0.6 else (("user", rng.choice(said)), ("system", question))
    return replace(example, expects=expects if rng.random() < 0.7 else "", history=history)


def answer(fillers: Fillers, around: Surroundings, language: str, rng: Rng) -> Example | None:
    """A bare value after the question for it."""
    asked = [pair for pair in around.asked.get(language, ()) if pair[0] not in ("", CONFIRM)]
    if not asked:
        return None
    expects, question = rng.choice(asked)
    value = fillers.draw(expects, language, rng)
    history = (("system", question),) if rng.random() < 0.8 else ()
    return Example(((value, expects),), ("provide_info",), language, expects, history) if value else None


def noise(rng: Rng) -> Example:
    """Nothing anyone could serve: keyboard mashing, lone marks, emoji."""
    kind = rng.randrange(4)
    if kind == 0:
        text = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(4, 14)))
    elif kind == 1:
        text = "".join(rng.choice("asdfghjkl; ") for _ in range(rng.randint(5, 16))).strip() or "asdf"
    elif kind == 2:
        text = "".join(rng.choice("?!.…。？~-*") for _ in range(rng.randint(1, 6)))
    else:
        blocks = (0x1F600, 0x1F380, 0x1F440)
        text = "".join(chr(rng.choice(blocks) + rng.randrange(48)) for _ in range(rng.randint(1, 5)))
    return Example(((text, ""),), (OOS,), rng.choice(("en", "zh")))


class Augmenter:
    """Changes examples at random; the rates were chosen on validation data."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.fillers, self.around = Fillers(examples), Surroundings.of(examples)
        self._clear = {language: [one for one in examples if one.language == language and self._is_clear(one)]
                       for language in SPOKEN}  # fmt: skip
        self._chat = {language: [one for one in examples if one.language == language and one.intents == (OOS,)]
                      for language in SPOKEN}  # fmt: skip

    @staticmethod
    def _is_clear(example: Example) -> bool:
        """Whether the message says by itself what it wants."""
        long_enough = len(example.text) >= (6 if example.language == "zh" else 18)
        return bool(example.intents) and not (example.history or example.expects) and long_enough and not (
            _BARE & set(example.intents))  # fmt: skip

    def several(self, language: str, rng: Rng) -> Example:
        """Two requests in one message, now and then three."""
        chosen = [_swap_values(one, self.fillers, rng)
                  for one in rng.choices(self._clear[language], k=rng.choice((2, 2, 2, 3)))]  # fmt: skip
        both = reduce(lambda first, second: joined(first, second, rng), chosen)
        both = _polite(both, self.around, rng) if rng.random() < 0.12 else both
        return slips.slipped(both, rng)

    def __call__(self, example: Example, rng: Rng) -> Example:
        if example.intents and rng.random() < 0.7:
            example = _swap_values(example, self.fillers, rng)
        if self._is_clear(example):
            if rng.random() < 0.18:
                other = rng.choice(self._clear[example.language])
                example = joined(example, _swap_values(other, self.fillers, rng), rng)
            elif rng.random() < 0.05 and (chat := self._chat[example.language]):
                # Some tell a story first; the shop's part of it may stand anywhere.
                story = [example, *rng.choices(chat, k=rng.choice((1, 1, 2, 3, 5)))]
                rng.shuffle(story)
                together = reduce(lambda first, second: joined(first, second, rng), story)
                example = replace(together, expects="", history=())
            if rng.random() < 0.12:
                example = _polite(example, self.around, rng)
            if rng.random() < 0.04:
                example = _cut_off(example, rng)
            if example.intents[0] in _PROVED and rng.random() < 0.15:
                example = _proved(example, self.fillers, rng)
            if rng.random() < 0.15:
                example = _context(example, self.around, rng)
        return slips.slipped(example, rng)
