"""Which lines of an order are meant, how many pieces of them, and what is shown of them."""

from collections.abc import Sequence

from bot import slots
from bot.commerce import Line, LineState, Order, Quote
from bot.conversation import Option
from bot.facts import Localised, Many, Money, Term, Text
from bot.messages import Card
from bot.skill import Request

ALL = "all"


_NEAREST = (LineState.DELIVERED, LineState.RETURN_OPEN, LineState.RETURNED, LineState.SHIPPED, LineState.PACKED)


def chosen(order: Order, request: Request, *, others: bool = False) -> tuple[Line, ...]:
    """The lines meant: chosen before, named by product, or the only delivered one; none where that is not clear.

    `others`: words that fit no line may name something else, as what a line is to be exchanged for.
    """
    picked, delivered = request.slots.get("lines", ""), order.delivered_lines
    if picked and picked != ALL:
        return tuple(line for line in order.lines if line.id in picked.split(","))
    names = [name for name in request.slots.get("products", "").split("\n") if name]
    hits = [found for name in names if (found := _nearest(named(order.lines, name, request)))]
    if picked == ALL or (len(delivered) == 1 and not hits):
        return delivered
    if any(len(found) != 1 for found in hits) or (len(hits) < len(names) and not others):
        return ()
    ids = {line.id for found in hits for line in found}
    return tuple(line for line in order.lines if line.id in ids)


def _nearest(found: Sequence[Line]) -> list[Line]:
    """Of lines of one name those that have come so far that they are most likely meant; cancelled ones never."""
    for state in (*_NEAREST, LineState.OPEN):
        if there := [line for line in found if line.state is state]:
            return there
    return []


def named(lines: Sequence[Line], name: str, request: Request) -> list[Line]:
    """The lines that a shopper's word for a product fits: in the singular too, and with a typing error."""
    words = [name.lower(), *(name.lower().removesuffix(ending) for ending in ("s", "es") if name.isascii())]
    found = [line for line in lines if any(word and word in text.lower() for word in words for text in _names(line))]
    if found:
        return found
    likely = slots.choose(name, [Option(request.say(line.name), line.id) for line in lines])
    return [line for line in lines if line.id == likely]


def _names(line: Line) -> Sequence[str]:
    return tuple(line.name.texts.values())


def pieces(lines: Sequence[Line], request: Request) -> dict[str, int]:
    """Line id → pieces, where not all of them are meant: said of the one line that has as many."""
    count = int(request.slots.get("quantity", "0"))
    several = [line for line in lines if line.quantity > 1]
    return {line.id: count for line in several if len(several) == 1 and 0 < count < line.quantity}


def options(lines: Sequence[Line], request: Request) -> tuple[Option, ...]:
    return tuple(Option(described(line, request), line.id) for line in lines)


def described(line: Line, request: Request) -> str:
    """ "Linen shirt navy, M × 2": name, options, pieces where there are several."""
    text = f"{request.say(line.name)} {line.options}".strip()
    return f"{text} × {line.quantity}" if line.quantity > 1 else text


def items(lines: Sequence[Line], request: Request) -> Many:
    """Their names as one fact, with the pieces where there are several."""
    return Many(tuple(_item(line, request) for line in lines))


def _item(line: Line, request: Request) -> Localised | Text:
    return Text(f"{request.say(line.name)} × {line.quantity}") if line.quantity > 1 else line.name


def money_rows(quote: Quote, request: Request) -> list[tuple[str, str]]:
    """What a quote gives back where that is more than one sum to one method: the fee, and the shares to the cent."""
    rows: list[tuple[str, str]] = []
    if quote.refund and quote.fee and quote.fee.minor:
        rows.append((label("items", request), request.say(quote.refund)))
        rows.append((label("fee", request), minus(quote.fee, request)))
    return rows + shares(quote.shares, request) if rows or len(quote.shares) > 1 else []


def money_card(quote: Quote, request: Request) -> tuple[Card, ...]:
    rows = money_rows(quote, request)
    return (Card(label("refund", request), tuple(rows)),) if rows else ()


def shares(parts: Sequence[tuple[str, Money]], request: Request) -> list[tuple[str, str]]:
    """Each method with its sum."""
    return [(capital(request.say(Term("method", method))), request.say(amount)) for method, amount in parts]


def capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def minus(amount: Money, request: Request) -> str:
    return f"-{request.say(amount)}"


def label(key: str, request: Request) -> str:
    return request.say(Term("label", key))
