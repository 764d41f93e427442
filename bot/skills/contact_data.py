"""The default address in a customer's address book. Orders keep the address they have; the contact on file is told."""

from bot.commerce import Account, AnswerStatus, PostalAddress, Shop
from bot.conversation import Access
from bot.facts import Act, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import address_book
from bot.skills.change_address import one_line

PLACE = ("address", "city", "postcode", "country")
PARTS = (*PLACE, "recipient", "phone")

async def run(shop: Shop, request: Request) -> Outcome:
    account = await shop.account(request.proof) if request.proof else None
    if account is None or request.proof is None:
        return Outcome(Act("refused:contact_data/guest"))
    parts = {part: request.slots[part] for part in PARTS if part in request.slots}
    answer = await shop.quote("default_address", request.proof, "", parts)
    if answer.reason == "bad_address":
        missing = str(answer.detail.get("missing", "address"))
        return Outcome(Act(f"ask:{missing}"), slot=missing, cards=_book(account, request) if not parts else ())
    if answer.status is not AnswerStatus.DONE or answer.value is None or answer.value.address is None:
        refused = Act(f"refused:contact_data/{answer.reason or answer.status}")
        if answer.reason == "country":  # another address is still welcome
            return Outcome(refused, slot="address", slots=dict.fromkeys(PLACE, ""))
        return Outcome(refused)
    return Outcome(Act("confirm:contact_data", {"address": Text(one_line(answer.value.address))}), quote=answer.value)


def _book(account: Account, request: Request) -> tuple[Card, ...]:
    """The kept addresses: to name one of them is enough."""
    rows = tuple((str(place), _short(one)) for place, one in enumerate(account.addresses, 1))
    return (Card(request.say(Term("label", "address_book")), rows),) if rows else ()


def _short(address: PostalAddress) -> str:
    return ", ".join(filter(None, (*address.lines, address.city, address.postcode)))


SKILL = Skill(
    name=address_book.SKILL,
    intents=(),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:address",
        "ask:postcode",
        "ask:phone",
        "confirm:contact_data",
        "done:contact_data",
        "pending:contact_data",
        "pending:contact_data/approval",
        *(
            f"refused:contact_data/{reason}"
            for reason in ("guest", "country", "same", "changed", "declined", "unsupported", "unknown")
        ),
        "notice:contact_data",
    ),
    slots=("order_id", "contact", *PARTS),
    access=Access.ORDER,
    covers=("change_address", "account_help"),
    strong=True,  # all later goods go there
)
