"""Which lines of an order the shopper means, by name or by choice; and choices that stand until other words come.

A flow keeps what was said and what was chosen side by side. A choice (a button, "the first one") holds for the words it
was made on: `settled` notes them, `standing` drops the choice when they have changed since.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import slots
from bot.commerce import Line, LineState, Order, Shop
from bot.conversation import Option
from bot.facts import Localised
from bot.skill import Request

ALL = "all"
POSSIBLE = 0.5  # Product.score from which a product may be the one that is meant
MOST_FOUND = 20  # products looked through for one of the order's

# --- choices ---------------------------------------------------------------------------------------------------------

_GOODS = ("order_id", "products", "color", "size")
CHOICES: Mapping[str, tuple[str, ...]] = {  # what can be chosen → the words on which the choice stands
    "lines": _GOODS,
    "variant": (*_GOODS, "new_color", "new_size"),
    "change": ("said",),
}
_WORDS = (*_GOODS, "new_color", "new_size", "new_quantity", "said")


def standing(held: Mapping[str, str]) -> dict[str, str]:
    """The choices that hold: those made on the words as they are, and those made since."""
    then = _then(held)
    return {
        name: held[name]
        for name, words in CHOICES.items()
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


def _then(held: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = json.loads(held.get("basis") or "{}")
    return found


# --- by name ---------------------------------------------------------------------------------------------------------


async def meant(shop: Shop, order: Order, request: Request, choice: str = "") -> tuple[Line, ...] | None:
    """The lines chosen or named; () when none was named, None when it is not clear which are meant.

    `choice`: ids that were picked, comma separated, or `ALL`. What is to be kept ("but not the mug", 保温杯留着) is
    left out; where nothing else is named, all the others are meant.
    """
    if choice:
        ids = choice.split(",")
        return order.open_lines if choice == ALL else tuple(line for line in order.lines if line.id in ids)
    said, names = request.slots.get("said", ""), request.slots.get("products", "").split("\n")
    hits = {name: await named(shop, order.lines, name, request) for name in names if name}
    keep = {name for name in hits if kept(said, name)}
    if not hits:
        return ()
    if any(not found for found in hits.values()):
        return None
    safe = {line.id for name in keep for line in hits[name]}
    if keep == hits.keys():
        return tuple(line for line in order.open_lines if line.id not in safe) or None
    ids = set()
    for name in hits.keys() - keep:
        found = _narrowed([line for line in hits[name] if line.id not in safe], request)
        if len(found) != 1 and not slots.means_all(said):
            return None
        ids |= {line.id for line in found}
    return tuple(line for line in order.lines if line.id in ids) or None


def _narrowed(found: Sequence[Line], request: Request) -> Sequence[Line]:
    """Those still open rather than others; of several those of the size or colour that was named."""
    found = [line for line in found if line.state is LineState.OPEN] or found
    for name in ("color", "size"):
        word = request.slots.get(name, "").lower()
        found = [line for line in found if word in line.options.lower()] or found
    return found


async def named(shop: Shop, lines: Sequence[Line], name: str, request: Request) -> list[Line]:
    """The lines of that name; else those whose product the catalogue finds by it, other names and typos included."""
    if direct := [line for line in lines if called(line, name)]:
        return direct
    market = request.proof.market if request.proof else ""
    products = await shop.search(name, limit=MOST_FOUND, market=market)
    ids = {product.id for product in products if product.score >= POSSIBLE}
    return [line for line in lines if line.product_id in ids]


_FILLER = re.compile(
    r"\b(?:the|my|that|those|these|this|an?|ones?|of|pairs?|sets?)\b|^[那这這][个個件双雙条條款种種只隻]?|[件个個的]$",
    re.IGNORECASE,
)


_ENDINGS = "子儿兒们們"


def called(line: Line, name: str) -> bool:
    """Whether the name may be said of the line: each of its words begins one of the line's, plurals aside."""
    hay = " ".join([*line.name.texts.values(), line.options]).lower()
    parts = _FILLER.sub(" ", name.lower()).split()
    return bool(parts) and all(_stands_in(part, hay) for part in parts)


def _stands_in(part: str, hay: str) -> bool:
    if part.isascii():
        stems = {part, *([part[:-1]] if part.endswith("s") else []), *([part[:-2]] if part.endswith("es") else [])}
        return any(re.search(rf"\b{re.escape(stem)}", hay) for stem in stems if len(stem) > 2 or stem == part)
    core = part.rstrip(_ENDINGS) or part
    return core in hay or (len(core) > 1 and all(character in hay for character in core))


def vague(name: str) -> bool:
    """Whether a Chinese name is so short that it names a kind of thing, 杯子, rather than a thing."""
    core = _FILLER.sub(" ", name).strip().rstrip(_ENDINGS)
    return len(core) == 1 and not core.isascii()


_KEEP_BEFORE = (
    r"(?:\b(?:except|apart from|other than|besides|not|keep|keeping|leave|still (?:want|need))\b"
    r"(?: (?:for|the|my|that|those))*|除了?|留[着下]?|保留|[别別不]取消|不要取消)[^\S\n]*"
)
_KEEP_AFTER = (
    r"[^\S\n]*[我也就都]*(?:[还還]?要(?=[\s，。！,.!的]|$)|要?留[着下]|要?保留|不取消|[别別]取消|照[发發]|除外|不[动動]"
    r"|stays?\b|can stay\b)"
)


def kept(said: str, name: str) -> bool:
    """Whether the message says of this name that it stays: "not the mug", 杯子留着."""
    word = re.escape(name)
    return bool(re.search(rf"{_KEEP_BEFORE}{word}|{word}{_KEEP_AFTER}", said, re.IGNORECASE))


# --- shown -----------------------------------------------------------------------------------------------------------


def line_options(lines: Sequence[Line], request: Request) -> tuple[Option, ...]:
    return tuple(Option(f"{request.say(line.name)} {line.options}".strip(), line.id) for line in lines)


def in_pieces(line: Line, order: Order) -> Localised:
    """The line's name, with how many pieces of it where the order has several, in every language the shop has it."""
    if all(whole.quantity == 1 for whole in order.lines if whole.id == line.id):
        return line.name
    return replace(line.name, texts={code: f"{text} × {line.quantity}" for code, text in line.name.texts.items()})
