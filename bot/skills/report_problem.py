"""Goods that are broken, wrong, incomplete or do not work any more: what, which ones and what the shopper wishes.

A claim tells staff, with what was sent along, and needs no yes. Questions what a warranty covers belong to shop_faq.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot import wants
from bot.commerce import PROBLEMS, Answer, Line, LineState, Order, Quote, Shop
from bot.conversation import Access, Option, SlotSpan
from bot.delivery import Part, open_claims, parts
from bot.facts import Act, Day, Fact, Many, Number, Term, Text
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import lines
from bot.skills.delivery_trouble import open_already
from bot.skills.orders import WHICH_ORDER, pick_order
from bot.slots import orders_named

MOST_COUNTED = 5  # pieces offered as buttons
_WITH_PHOTO = ("damaged", "wrong_item", "defective", "other")
_HAS_LEFT = (LineState.SHIPPED, LineState.DELIVERED)


def fits(intent: str, text: str, spans: Sequence[SlotSpan]) -> bool:
    """Of warranty, what names an order or a defect; what asks for its terms is answered from the shop's own pages."""
    about_order = bool(orders_named(spans, text)) and not wants.asks_how_long(text)
    return intent != "warranty" or about_order or wants.tells_of_defect(text)


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order, _: _may_hold(order, request))
    if isinstance(order, Outcome):
        return order
    outcome = await _answer(shop, request, order)
    return replace(outcome, slots={"order_id": order.number, **outcome.slots})


async def _answer(shop: Shop, request: Request, order: Order) -> Outcome:
    if request.slots.get("files") and not (request.slots.get("said") or request.slots.get("reason")):
        return await _more_files(shop, request, order)
    kind, elsewhere = _kind(request), _still_to_come(order, request)
    if kind == "missing_item" and elsewhere:
        return _in_another_parcel(order, elsewhere)
    meant = await _meant(shop, order, request)
    if len(_claimable(order)) > 1 and not meant:
        return Outcome(
            Act("ask:claim_lines", {"order": Text(order.number)}), slot="lines", options=_options(order, request)
        )
    ids = [line.id for line in meant]
    words = {"text": _text(request), "files": request.slots.get("files", "").split(",") if _files(request) else []}
    probe = await _quote(shop, request, order, kind or "other", ids, **words)
    if probe.value is None:
        return _no(probe, order, kind or "other", request)
    if "claim" in probe.detail:  # one is open about the same goods: it gets the new words, and nothing is asked
        return _confirm(probe.value)
    if not kind:
        options = tuple(Option(request.say(Term("problem", key)), key) for key in PROBLEMS)
        return Outcome(Act("ask:problem", {"order": Text(order.number)}), slot="reason", options=options)
    pieces = _pieces(kind, meant, request)
    if isinstance(pieces, Outcome):
        return pieces
    wish = request.slots.get("wish") or wants.wish(request.slots.get("said", ""))
    if not wish:
        return _ask_wish(kind, order, request)
    answer = await _quote(shop, request, order, kind, ids, quantities=pieces, wish=wish, **words)
    if answer.value is None:
        return _no(answer, order, kind, request)
    photo = not _files(request) and kind in _WITH_PHOTO
    return replace(_confirm(answer.value), before=(Act("inform:photo_welcome"),) if photo else ())


async def _quote(
    shop: Shop, request: Request, order: Order, kind: str, ids: Sequence[str], **more: Any
) -> Answer[Quote]:
    if request.proof is None:
        raise ValueError("a claim needs a proof: give the skill an access above NONE")
    return await shop.quote("claim", request.proof, order.number, {"kind": kind, "lines": list(ids), **more})


def _confirm(quote: Quote) -> Outcome:
    told = quote.arguments
    facts: dict[str, Fact] = {
        "order": Text(quote.order.number), "items": Many(tuple(line.name for line in quote.lines)),
        "by": Day(date.fromisoformat(told["due"])), "problem": Term("problem", told["kind"]),
        "text": Text(told["text"]),
    }  # fmt: skip
    if told["files"]:
        facts["files"] = Number(len(told["files"]))
    if told["wish"]:
        facts["wish"] = Term("wish", told["wish"])
    if told["quantities"]:
        facts["pieces"] = Number(sum(line.quantity for line in quote.lines))
    return Outcome(Act("confirm:report_problem", facts), quote=quote)


def _no(answer: Answer[Quote], order: Order, kind: str, request: Request) -> Outcome:
    if answer.reason == "claim_open":
        return Outcome(open_already(answer, order, kind, request))
    facts: dict[str, Fact] = {"order": Text(order.number)}
    if until := answer.detail.get("until"):
        facts["day"] = Day(date.fromisoformat(str(until)))
    return Outcome(Act(f"refused:report_problem/{answer.reason or answer.status}", facts))


async def _more_files(shop: Shop, request: Request, order: Order) -> Outcome:
    """A photo sent without a word goes to the newest claim about goods of that order."""
    claim = next((claim for claim in reversed(open_claims(order)) if claim.kind in PROBLEMS), None)
    if claim is None:
        return Outcome(Act("file_kept"))
    answer = await _quote(
        shop, request, order, claim.kind, list(claim.lines), quantities=dict(claim.lines), text=claim.text,
        wish=claim.wish, files=[*claim.files, *request.slots["files"].split(",")],
    )  # fmt: skip
    return _confirm(answer.value) if answer.value else _no(answer, order, claim.kind, request)


# --- what is wrong ---------------------------------------------------------------------------------------------------


def _kind(request: Request) -> str:
    """The kind of claim that the message or the answer tells of; "" while neither does."""
    said, reason = request.slots.get("said", ""), request.slots.get("reason", "")
    used = request.intent == "warranty"
    if reason in PROBLEMS:
        return reason
    return wants.problem(reason, used=used) or wants.problem(said, used=used) or ("other" if reason else "")


def _text(request: Request) -> str:
    """The shopper's own words: the message, and what it did not say yet."""
    said, reason = request.slots.get("said", ""), request.slots.get("reason", "")
    more = "" if reason in PROBLEMS or reason in said else reason
    return "\n".join(filter(None, (said, more)))


def _files(request: Request) -> bool:
    return bool(request.slots.get("files"))


# --- which lines -----------------------------------------------------------------------------------------------------


def _may_hold(order: Order, request: Request) -> bool:
    """An order that something of it has left; of several the one with what was named."""
    names = _names(request)
    return any(not names or _is_called(line, names) for line in _claimable(order))


def _claimable(order: Order) -> list[Line]:
    return [line for line in order.lines if line.state in _HAS_LEFT]


def _names(request: Request) -> list[str]:
    return list(filter(None, request.slots.get("products", "").split("\n")))


def _is_called(line: Line, names: Sequence[str]) -> bool:
    return any(lines.called(line, name) for name in names)


async def _meant(shop: Shop, order: Order, request: Request) -> Sequence[Line]:
    """The lines meant: chosen before, named, or the only one there is; none while it is not clear."""
    there, choice = _claimable(order), request.slots.get("lines", "")
    if choice or len(there) == 1:
        return lines.picked(order, choice or lines.ALL, there)
    hits = (await lines.by_name(shop, there, request)).values()
    return [line for line in there if [line] in hits] if all(len(found) == 1 for found in hits) else []


def _options(order: Order, request: Request) -> tuple[Option, ...]:
    return (*lines.options(_claimable(order), request), Option(request.say(Term("option", "all")), lines.ALL))


# --- what is missing -------------------------------------------------------------------------------------------------


def _still_to_come(order: Order, request: Request) -> list[Part]:
    """Parts beside the parcel that the shopper holds, with what was named, or with anything where nothing was."""
    if "lines" in request.slots:
        return []
    names, every = _names(request), parts(order)
    coming = [part for part in every if part.under_way]
    if len(coming) == len(every):  # none has come by the carrier's word: the first one sent is the one he holds
        coming = coming[1:]
    return [part for part in coming if not names or any(_is_called(line, names) for line in part.lines)]


def _in_another_parcel(order: Order, coming: Sequence[Part]) -> Outcome:
    """Not missing: it comes on a way of its own."""
    facts: dict[str, Fact] = {
        "order": Text(order.number), "items": Many(tuple(line.name for part in coming for line in part.lines)),
    }  # fmt: skip
    if day := max((part.due for part in coming if part.due), default=None):
        facts["day"] = Day(day)
    return Outcome(Act("refused:report_problem/other_parcel", facts))


def _pieces(kind: str, meant: Sequence[Line], request: Request) -> dict[str, int] | Outcome:
    """How many of a line are missing: never more than it held, asked where it held several and none was said."""
    if kind != "missing_item" or len(meant) != 1 or meant[0].quantity == 1:
        return {}
    line, said = meant[0], request.slots.get("quantity", "")
    if said.isdigit() and 0 < int(said) <= line.quantity:
        return {line.id: int(said)}
    counted = tuple(Option(str(count), str(count)) for count in range(1, min(line.quantity, MOST_COUNTED) + 1))
    facts: dict[str, Fact] = {"items": line.name, "count": Number(line.quantity)}
    return Outcome(Act("ask:missing_count", facts), slot="quantity", options=counted, slots={"quantity": ""})


# --- what the shopper wishes -----------------------------------------------------------------------------------------


def _ask_wish(kind: str, order: Order, request: Request) -> Outcome:
    if kind == "missing_item":
        options = (Option(request.say(Term("wish", "missing")), "replacement"),)
    else:
        options = tuple(Option(request.say(Term("wish", key)), key) for key in ("replacement", "part"))
    money = Option(request.say(Term("wish", "refund")), "refund")
    return Outcome(Act("ask:wish", {"order": Text(order.number)}), slot="wish", options=(money, *options))


SKILL = Skill(
    name="report_problem",
    intents=("damaged_or_wrong_item", "warranty"),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:claim_lines",
        "ask:problem",
        "ask:missing_count",
        "ask:wish",
        "inform:photo_welcome",
        "inform:claim/open",
        "inform:claim/open_until",
        "file_kept",
        "confirm:report_problem",
        "done:report_problem",
        "pending:report_problem",
        "pending:report_problem/approval",
        *(
            f"refused:report_problem/{reason}"
            for reason in (
                "not_delivered",
                "cancelled",
                "nothing_left",
                "warranty_over",
                "other_parcel",
                "changed",
                "declined",
                "unsupported",
                "unknown",
            )
        ),
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "products", "reason", "lines", "quantity", "said", "files"),
    access=Access.ORDER,
    fits=fits,
    covers=("refund_request", "exchange_item"),
    case="claim",
)
