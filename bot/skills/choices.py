"""Choices that stand until other words come.

A flow keeps what was said and what was chosen side by side. A choice (a button, "the first one") holds for the words it
was made on: `settled` notes them, `standing` drops the choice when they have changed since.
"""

import json
from collections.abc import Mapping

from bot.commerce import Order

NAMED = ("order_id", "products", "keep")
_GOODS = (*NAMED, "color", "size")
CHOICES: Mapping[str, tuple[str, ...]] = {  # what can be chosen → the words on which the choice stands
    "lines": _GOODS,
    "variant": (*_GOODS, "new_color", "new_size"),
    "change": ("said",),
}
_WORDS = (*_GOODS, "new_color", "new_size", "new_quantity", "said", "told", "same")


def standing(held: Mapping[str, str], **other_words: tuple[str, ...]) -> dict[str, str]:
    """The choices that hold: those made on the words as they are, and those made since.

    `other_words`: choice → the words on which it stands here instead.
    """
    then = _then(held)
    return {
        name: held[name]
        for name, words in {**CHOICES, **other_words}.items()
        if held.get(name)
        and (held[name] != then.get(name, "") or all(held.get(word, "") == then.get(word, "") for word in words))
    }


def settled(held: Mapping[str, str], order: Order, **choices: str) -> dict[str, str]:
    """The slots that make these choices, and no others, stand on the words of now."""
    made = {"order_id": order.number, **{name: choices.get(name, "") for name in CHOICES}}
    words = {name: held.get(name, "") for name in _WORDS}
    return {**made, "basis": json.dumps({**words, **made}, ensure_ascii=False)}


def answered(held: Mapping[str, str], word: str) -> bool:
    """Whether this value came as an answer, after the message that began the request."""
    then = _then(held)
    return bool(then) and then["said"] == held.get("said", "") and then[word] != held.get(word, "")


def since(held: Mapping[str, str], *words: str) -> dict[str, str]:
    """The slots without those of these words that are as they were when the choices were made."""
    then = _then(held)
    return {name: value for name, value in held.items() if name not in words or value != then.get(name)}


def _then(held: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = json.loads(held.get("basis") or "{}")
    return found
