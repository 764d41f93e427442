"""The invoice of an order by mail, with company and VAT number; in China the data of an e-fapiao for the shop to issue.

A title is asked for only where the shopper wants a company's. What is wrong on an issued one goes to staff. A mailbox
that is not on file takes the stronger proof and a yes: what is in it is personal.
"""

import re
from dataclasses import replace

from bot import tax_ids
from bot.commerce import Account, Answer, AnswerStatus, Order, Quote, Shop
from bot.conversation import Access, Confirmation
from bot.decision import HandoffRequest
from bot.facts import Act, Fact, Many, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills.mailbox import masked
from bot.skills.orders import WHICH_ORDER, pick_order

NONE = "skip"  # the tax number of who has none
_COMPANY = re.compile(
    r"\b(?:(?:my|our|the|a|your) (?:company|firm|business|employer|work)"
    r"|company(?:['’]s)? (?:name|invoice|details|address)|business (?:name|invoice)"
    r"|in the name of|made out to|vat (?:number|no|id|reg\w*)|tax (?:number|no|id))\b"
    r"|公司|单位|單位|企业|企業|抬头|抬頭|税号|稅號",
    re.IGNORECASE,
)
_TAXED = re.compile(r"\b(?:vat|tax) (?:number|no|id|reg\w*)\b|税号|稅號", re.IGNORECASE)
_WRONG = re.compile(
    r"\b(?:wrong|incorrect|misspel\w*|mistake|typo|old|different|amend|correct|reissue|re-issue|redo|change)\b"
    r"|[错錯]|不[对對]|改(?:一下|成|为|為|抬)|重[开開]|作[废廢]|[换換]抬",
    re.IGNORECASE,
)
# what the shop's people do: paper, other kinds of documents, other wordings
_BEYOND = re.compile(
    r"\b(?:reverse charge|pro ?forma|commercial invoice|customs|purchase order|po number|gift receipt"
    r"|(?:paper|printed) (?:copy|invoice)|by post|stamped|signed)\b"
    r"|专票|專票|专用发票|專用發票|红[冲字]|紅[沖字]|纸质|紙質|盖章|蓋章|报关|報關|收据|收據|合[并併]开|合開",
    re.IGNORECASE,
)
_PERSON = re.compile(r"个人|個人|personal|private", re.IGNORECASE)
_FIRM = re.compile(r"公司|厂|店|所|部|中心|学校|医院|银行|协会|集团|事务|工作室|[A-Za-z]{4}")


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order, _: _may_have_one(order))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    said, settled = request.slots.get("said", ""), {"order_id": order.number}
    about: dict[str, Fact] = {"order": Text(order.number)}
    if _BEYOND.search(said):
        return Outcome(Act("refused:invoice/unsupported", about), slots=settled)
    title, number = request.slots.get("invoice_title", ""), request.slots.get("tax_id", "")
    issued = next((item for item in reversed(order.invoices) if item.kind in ("invoice", "e_fapiao")), None)
    if issued and (_WRONG.search(said) or (_COMPANY.search(said) and not title)):
        return _wrong(order, request, settled)
    if number and number != NONE:
        checked = tax_ids.checked(number, order.address.country)
        if checked is None:
            told = Act("ask:tax_id/invalid", {"tax_id": Text(number)})
            return Outcome(told, slot="tax_id", slots={**settled, "tax_id": ""})
        settled["tax_id"] = checked
    if question := None if issued else _missing(order, request, settled):
        return question
    wanted = {"title": title, "tax_id": settled.get("tax_id", ""), "email": request.slots.get("email", "")}
    answer = await shop.quote("invoice", request.proof, order.number, wanted)
    if answer.reason == "issued":
        return _wrong(order, request, settled)
    if answer.status is not AnswerStatus.DONE or answer.value is None:
        return Outcome(Act(f"refused:invoice/{answer.reason or answer.status}", about), slots=settled)
    return Outcome(_confirm(answer, order), slots=settled, quote=answer.value, cards=_elsewhere(answer.value, request))


def _may_have_one(order: Order) -> bool:
    return bool(order.invoices) or order.state not in ("cancelled", "unpaid")


def _missing(order: Order, request: Request, settled: dict[str, str]) -> Outcome | None:
    """What is still to be asked: a company's name, its number. Who wants no company's invoice is asked nothing."""
    said, title = request.slots.get("said", ""), request.slots.get("invoice_title", "")
    has_number = bool(request.slots.get("tax_id"))
    if not title and (has_number or _COMPANY.search(said)) and not _PERSON.search(said):
        return Outcome(Act("ask:invoice_title", {"order": Text(order.number)}), slot="invoice_title", slots=settled)
    firm = order.address.country == "CN" and _FIRM.search(title) and not _PERSON.search(title)
    if title and not has_number and (firm or _TAXED.search(said)):
        return Outcome(Act("ask:tax_id"), slot="tax_id", slots=settled)
    return None


def _wrong(order: Order, request: Request, settled: dict[str, str]) -> Outcome:
    """An issued document names the wrong buyer: a person takes it back and issues another one."""
    issued = next(item for item in reversed(order.invoices) if item.kind in ("invoice", "e_fapiao"))
    facts: dict[str, Fact] = {"order": Text(order.number), "number": Text(issued.number)}
    collected: dict[str, Fact] = {
        **facts, "title": Text(issued.title), "tax_id": Text(issued.tax_id),
        "new_title": Text(request.slots.get("invoice_title", "")),
        "new_tax_id": Text(settled.get("tax_id") or request.slots.get("tax_id", "")),
    }  # fmt: skip
    return Outcome(
        Act("refused:invoice/issued", facts), slots=settled, handoff=HandoffRequest("invoice", facts=collected)
    )


def _elsewhere(quote: Quote, request: Request) -> tuple[Card, ...]:
    """The mailbox, where it is not the one on file: whoever says yes has read it."""
    row = (request.say(Term("label", "email")), masked(quote.arguments["email"]))
    return (Card("", (row,)),) if quote.elsewhere else ()


def _confirm(answer: Answer[Quote], order: Order) -> Act:
    arguments = answer.value.arguments if answer.value else {}
    facts: dict[str, Fact] = {"order": Text(order.number), "email": Text(masked(arguments["email"]))}
    own = arguments["title"] == order.address.recipient and not arguments["tax_id"]
    if arguments["tax_id"]:
        facts["tax_id"] = Text(arguments["tax_id"])
    if order.address.country == "CN":
        return Act("confirm:invoice/fapiao", {**facts, "title": Text(arguments["title"])})
    return Act("confirm:invoice", facts) if own else Act(
        "confirm:invoice/company", {**facts, "title": Text(arguments["title"])}
    )


def told(pending: Confirmation, row: Order | Account, outcome: Outcome) -> Outcome:
    """The numbers, and the documents themselves by mail; an e-fapiao is handed to the people who issue it, once."""
    if not isinstance(row, Order):
        raise TypeError("an invoice is an order's")
    newest = next((item for item in reversed(row.invoices) if item.kind in ("invoice", "e_fapiao")), None)
    if newest is None:
        raise LookupError(f"order {row.number} has no invoice after one was issued")
    if newest.kind == "e_fapiao":
        facts: dict[str, Fact] = {
            "order": Text(row.number), "title": Text(newest.title), "tax_id": Text(newest.tax_id),
            "email": Text(newest.email), "amount": newest.paid,
        }  # fmt: skip
        case = HandoffRequest("e_fapiao", facts=facts, kind="case") if pending.arguments["issue"] else None
        return replace(outcome, notify="", handoff=case)
    credits = tuple(item.number for item in row.invoices if item.corrects == newest.number)
    more: dict[str, Fact] = {"number": Text(newest.number)}
    if credits:
        more["credit"] = Many(tuple(map(Text, credits)))
    act = replace(outcome.act, facts={**outcome.act.facts, **more})
    return replace(outcome, act=act, notify=pending.arguments["email"], documents=(newest.number, *credits))


SKILL = Skill(
    name="invoice",
    intents=("invoice",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:invoice_title",
        "ask:tax_id",
        "ask:tax_id/invalid",
        "confirm:invoice",
        "confirm:invoice/company",
        "confirm:invoice/fapiao",
        "done:invoice",
        "done:invoice/company",
        "done:invoice/fapiao",
        "pending:invoice",
        "pending:invoice/approval",
        *(
            f"refused:invoice/{reason}"
            for reason in ("unpaid", "issued", "changed", "declined", "unsupported", "unknown")
        ),
        "notice:invoice",
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "invoice_title", "tax_id", "email", "products", "said"),
    access=Access.ORDER,
    told=told,
)
