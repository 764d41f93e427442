"""Which lines of an order the shopper means, by choice or by name, how many pieces of them, and how they are shown."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot import slots
from bot.commerce import Line, LineState, Order, Shop
from bot.conversation import Option
from bot.cues import kept
from bot.facts import Localised, Many
from bot.skill import Request
from bot.skills import choices, pieces, unmarked

ALL = "all"
POSSIBLE = 0.5  # Product.score from which a product may be the one that is meant
MOST_FOUND = 20  # products looked through for one of the order's
_EXCEPT = re.compile(r"\b(?:but|except|apart from|all|everything)\b|除了|全部|所有|其[他它余餘]", re.IGNORECASE)
_FAR = (LineState.DELIVERED, LineState.RETURN_OPEN, LineState.RETURNED, LineState.SHIPPED, LineState.PACKED)

# --- which are meant -------------------------------------------------------------------------------------------------


def picked(order: Order, choice: str, every: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a choice: ids, comma separated, or `ALL` of `every`."""
    ids = choice.split(",")
    return tuple(every) if choice == ALL else tuple(line for line in order.lines if line.id in ids)


async def meant(shop: Shop, order: Order, request: Request, choice: str = "") -> tuple[Line, ...] | None:
    """The lines chosen or named of what has not left; () when none was named, None when it is not clear.

    `choice`: ids that were picked, comma separated, or `ALL`. What is to be kept ("but not the mug", 保温杯留着) is
    left out; where nothing else is named, the others are meant: of what was chosen before, or of all.
    """
    if choice:
        return picked(order, choice, order.open_lines)
    said, hits = request.slots.get("said", ""), await by_name(shop, order.lines, request)
    keep = {name for name in hits if kept(said, name)}
    if not hits:
        return ()
    if any(not found for found in hits.values()):
        return None
    if (request.slots.get("lines") or _EXCEPT.search(said)) and all(pieces.kept(said, name) for name in hits):
        return tuple(_before(order, request, order.open_lines))  # all of it goes but for some pieces
    safe = {line.id for name in keep for line in hits[name]}
    if keep == hits.keys():
        return tuple(line for line in _before(order, request, order.open_lines) if line.id not in safe) or None
    ids = set()
    for name in hits.keys() - keep:
        found = _narrowed([line for line in hits[name] if line.id not in safe], request)
        if len(found) != 1 and not slots.means_all(said, len(found)):
            return None
        ids |= {line.id for line in found}
    return tuple(line for line in order.lines if line.id in ids) or None


def _before(order: Order, request: Request, every: Sequence[Line]) -> Sequence[Line]:
    """What was chosen before these words came, or `every` line."""
    return picked(order, request.slots.get("lines", ""), every) or every


def _narrowed(found: Sequence[Line], request: Request) -> Sequence[Line]:
    """Those still open rather than others; of several those of the size or colour that was named."""
    found = [line for line in found if line.state is LineState.OPEN] or found
    for name in ("color", "size"):
        word = request.slots.get(name, "").lower()
        found = [line for line in found if word in line.options.lower()] or found
    return found


async def arrived(shop: Shop, order: Order, request: Request, *, others: bool = False) -> tuple[Line, ...]:
    """The lines chosen or named of what has come, or the only one; () where that is not clear.

    What is to be kept is left out, as in `meant`. `others`: words that fit no line may name something else, as what a
    line is to be exchanged for; so do a size and a colour.
    """
    delivered, said = order.delivered_lines, request.slots.get("said", "")
    if choice := choices.standing(request.slots, lines=choices.NAMED).get("lines", ""):
        return picked(order, choice, delivered)
    hits = await by_name(shop, order.lines, request)
    safe = [line for name, found in hits.items() if kept(said, name) for line in _nearest(found)]
    near = [found for name, of in hits.items() if not kept(said, name) and (found := _nearest(of))]
    if safe and not near:
        return tuple(line for line in _before(order, request, delivered) if line not in safe)
    if len(delivered) == 1 and not near:
        return delivered
    if any(len(found) != 1 for found in near) or (len(near) + len(safe) < len(hits) and not others):
        return ()
    return tuple(line for line in order.lines if [line] in near and line not in safe)


def _nearest(found: Sequence[Line]) -> list[Line]:
    """Of lines of one name those that have come so far that they are most likely meant; cancelled ones never."""
    for state in (*_FAR, LineState.OPEN):
        if there := [line for line in found if line.state is state]:
            return there
    return []


async def but_kept(shop: Shop, lines: Sequence[Line], request: Request) -> dict[str, int]:
    """Line id → pieces that go, of lines of which the message keeps some: "keep one notebook", 笔记本留一本."""
    said = request.slots.get("said", "")
    stay = {
        line.id: pieces.kept(said, name)
        for name, found in (await by_name(shop, lines, request)).items() for line in found
    }  # fmt: skip
    return {line.id: line.quantity - stay[line.id] for line in lines if 0 < stay.get(line.id, 0) < line.quantity}


def counted(lines: Sequence[Line], request: Request) -> dict[str, int]:
    """Line id → pieces, where not all of them are meant: said of the one line that has as many."""
    count = int(request.slots.get("quantity", "0"))
    several = [line for line in lines if line.quantity > 1]
    return {line.id: count for line in several if len(several) == 1 and 0 < count < line.quantity}


# --- by name ---------------------------------------------------------------------------------------------------------


async def by_name(shop: Shop, lines: Sequence[Line], request: Request) -> dict[str, list[Line]]:
    """What each of the names in the message fits of these lines.

    Where the model marked none, the words of the message itself are looked for in the names of the lines.
    """
    said, names = request.slots.get("said", ""), list(filter(None, request.slots.get("products", "").split("\n")))
    if not names and (hits := unmarked.lines_in(said, lines)):
        return hits
    names = names or list(filter(None, [unmarked.asked_for(said, request.intent)]))
    more = [other for name in names if (other := unmarked.joined(said, name))]  # of which the model marked one alone
    names += [other for other in more if not any(name in other or other in name for name in names)]
    return {name: await named(shop, lines, name, request) for name in names}


async def named(shop: Shop, lines: Sequence[Line], name: str, request: Request) -> list[Line]:
    """The lines of that name; else those whose product the catalogue finds by it, other names and typos included."""
    if direct := [line for line in lines if called(line, name)]:
        return [line for line in direct if _ends_in(line, name)] or direct  # "the chain" is no chain oil
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


def _ends_in(line: Line, name: str) -> bool:
    """Whether a name of the line ends in these words, which then say what it is."""
    core = _FILLER.sub(" ", name.lower()).strip()
    return any(re.search(rf"(?<![a-z]){re.escape(core)}$", text.lower()) for text in line.name.texts.values())


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


# --- shown -----------------------------------------------------------------------------------------------------------


def options(lines: Sequence[Line], request: Request) -> tuple[Option, ...]:
    return tuple(Option(described(line, request), line.id) for line in lines)


def described(line: Line, request: Request) -> str:
    """ "Linen shirt navy, M × 2": name, options, pieces where there are several."""
    text = f"{request.say(line.name)} {line.options}".strip()
    return f"{text} × {line.quantity}" if line.quantity > 1 else text


def items(lines: Sequence[Line], order: Order) -> Many:
    """Their names as one fact, in pieces."""
    return Many(tuple(in_pieces(line, order) for line in lines))


def in_pieces(line: Line, order: Order) -> Localised:
    """The line's name, with how many pieces of it where the order has several, in every language the shop has it."""
    if all(whole.quantity == 1 for whole in order.lines if whole.id == line.id):
        return line.name
    return replace(line.name, texts={code: f"{text} × {line.quantity}" for code, text in line.name.texts.items()})
