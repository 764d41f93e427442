"""A conversation with bot.policy alone: outcomes are made up here, no shop and no model is asked.

Orders of this world: 10423 and 10424 are open, 10500 has shipped, 10777 costs more than the bot may refund, 10103 was
delivered with two lines, 10999 does not exist. emma@example.com and 07700 900123 prove the customer, E1 6AN delivery.
482193 is the right one-time code, and TOKEN a link that the shop's page has signed for the customer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot import codes
from bot.commerce import Order, PostalAddress, Quote, Shop, WriteMode
from bot.conversation import (
    Access,
    Challenge,
    Confirmation,
    Conversation,
    IntentScore,
    Option,
    Proof,
    SlotSpan,
    Understanding,
)
from bot.decision import Decision, Limits, Perform, Read, Speak, TurnInput
from bot.facts import Act, Money, Text
from bot.messages import Address, Attachment, Kind
from bot.policy import decide
from bot.skill import Mode, Outcome, Request, Skill
from bot.slots import same_phone

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRIVATE = Address("telegram", "bot", "7", user="7")
GROUP = Address("telegram", "bot", "-100", user="7", private=False)
CONTACTS = {"emma@example.com": Access.CUSTOMER, "+447700900123": Access.CUSTOMER, "E16AN": Access.DELIVERY}
MOST_ROUNDS = 6  # as in bot/dialogue.py


async def never(shop: Shop, request: Request) -> Outcome:
    raise AssertionError("the policy runs no skill itself")


SKILLS = (
    Skill("identify", (), never, (), slots=("order_id", "contact")),
    Skill("one_time_code", (), never, (), slots=("order_id", "code")),
    Skill("signed_link", (), never, (), slots=("token",)),
    Skill(
        "track_order",
        ("order_status", "delivery_delay"),
        never,
        (),
        slots=("order_id", "contact"),
        access=Access.DELIVERY,
    ),
    Skill("cancel_order", ("cancel_order",), never, (), Mode.WRITE, ("order_id", "contact"), Access.ORDER),
    Skill(
        "return_items",
        ("return_item",),
        never,
        (),
        Mode.WRITE,
        ("order_id", "contact", "product", "reason", "lines"),
        Access.ORDER,
        form=("order_id", "lines", "reason", "way"),
    ),
    Skill(
        "change_address",
        ("change_address",),
        never,
        ("notice:change_address",),
        Mode.WRITE,
        ("order_id", "contact", "address", "postcode"),
        Access.ORDER,
        strong=True,
    ),
    Skill("product_question", ("product_info", "product_price"), never, (), slots=("product", "size")),
    Skill("shop_faq", ("return_policy", "shipping_info"), never, ()),
    Skill("any_page", (), never, (), slots=("said",)),
    Skill("small_talk", ("greeting", "thanks_bye", "feedback"), never, ()),
)
LIMITS = Limits(approval_above={"GBP": 10000}, modes={"uk": {"all": WriteMode.AUTOMATIC}})
CUSTOMER = Proof(Access.CUSTOMER, "c1", "", NOW + timedelta(days=30))
SIGNED_IN = replace(CUSTOMER, strong_until=NOW + timedelta(days=1))
MAIL = "emma@example.com"
CODE, TOKEN = "482193", "signed-token"


def order(number: str) -> Order:
    nothing = Money(0, "GBP")
    nowhere = PostalAddress("", (), "", "", "", "GB")
    return Order(number, "c1", "emma@example.com", "", "uk", NOW, nowhere, (), (), (), nothing, nothing)


def confirm(skill: str, verb: str, number: str, minor: int = 4900) -> Outcome:
    act = Act(f"confirm:{skill}", {"order": Text(number), "amount": Money(minor, "GBP")})
    quote = Quote(verb, {"order": number}, order(number), refund=Money(minor, "GBP"), version=3)
    return Outcome(act, slots={"order_id": number}, quote=quote)


def ask_order() -> Outcome:
    return Outcome(
        Act("ask:order"), slot="order_id", options=(Option("10423 · Lamp", "10423"), Option("10424 · Mug", "10424"))
    )


def identify(read: Read) -> Outcome:
    number, contact = read.flow.slots["order_id"], read.flow.slots["contact"]
    known = next((name for name in CONTACTS if name == contact or same_phone(name, contact)), "")
    access = CONTACTS.get(known, Access.NONE) if number != "10999" else Access.NONE
    if access is Access.NONE:
        return Outcome(Act("identify/miss"), tries_left=2)
    proof = Proof(access, "c1" if access is Access.CUSTOMER else "", number, NOW + timedelta(hours=24))
    return Outcome(Act("identify/done", {"order": Text(number)}), proof=proof)


def one_time_code(read: Read) -> Outcome:
    typed, mail = read.flow.slots.get("code"), {"mail": Text(codes.masked(MAIL))}
    if typed == CODE:
        strong = replace(CUSTOMER, strong_until=NOW + timedelta(days=1), mailbox=MAIL)
        return Outcome(Act("identify/done", {"order": Text(read.flow.slots["order_id"])}), proof=strong)
    if typed:
        return Outcome(Act("ask:code/wrong", mail), tries_left=4)
    sent = Challenge(read.flow.slots["order_id"], codes.masked(MAIL), NOW + timedelta(minutes=10))
    return Outcome(Act("ask:code", mail), slot="code", notify=MAIL, challenge=sent, salt="5a17")


def signed_link(read: Read) -> Outcome:
    if read.flow.slots["token"] == TOKEN:
        return Outcome(Act("identify/link", tone="warm"), proof=SIGNED_IN)
    return Outcome(Act("link_over"))


def cancel(read: Read) -> Outcome:
    number = read.flow.slots.get("order_id")
    if not number:
        return ask_order()
    if number == "10999":
        return Outcome(Act("unknown_order", {"order": Text(number)}))
    if number in ("10500", "10501"):
        return Outcome(Act("refused:cancel_order/shipped", {"order": Text(number)}), slots={"order_id": number})
    return confirm("cancel_order", "cancel", number, 25000 if number == "10777" else 4900)


def give_back(read: Read) -> Outcome:
    slots, number = read.flow.slots, read.flow.slots.get("order_id", "10103")
    if "lines" not in slots:
        options = (Option("Lamp", "l1"), Option("Mug", "l2"), Option("All of them", "all"))
        return Outcome(
            Act("ask:lines", {"order": Text(number)}), slot="lines", options=options, slots={"order_id": number}
        )
    if "reason" not in slots:
        return Outcome(
            Act("ask:reason"), slot="reason", options=(Option("Too small", "too_small"), Option("Skip", "skip"))
        )
    return confirm("return_items", "return", number)


def change_address(read: Read) -> Outcome:
    number = read.flow.slots.get("order_id", "10423")
    if "address" not in read.flow.slots:
        return Outcome(Act("ask:address", {"order": Text(number)}), slot="address", slots={"order_id": number})
    return confirm("change_address", "change_address", number, 0)


def track(read: Read) -> Outcome:
    number = read.flow.slots.get("order_id", "10423")
    if number == "10999":
        return Outcome(Act("unknown_order", {"order": Text(number)}))
    return Outcome(Act("inform:order/open", {"order": Text(number)}), slots={"order_id": number})


def product(read: Read) -> Outcome:
    name = read.flow.slots.get("product", "")
    if not name:
        return Outcome(Act("ask:product"), slot="product")
    return Outcome(Act("inform:product", {"product": Text(name)}), slots={"product": f"id-of-{name}"})


ANSWERS: Mapping[str, Callable[[Read], Outcome]] = {
    "identify": identify, "one_time_code": one_time_code, "signed_link": signed_link, "cancel_order": cancel,
    "return_items": give_back, "change_address": change_address, "track_order": track, "product_question": product,
    "shop_faq": lambda read: Outcome(Act("inform:passage")),
    "any_page": lambda read: Outcome(Act("inform:passage" if "basil" in read.flow.slots["said"] else "oos")),
    "small_talk": lambda read: Outcome(Act({"greeting": "greet", "thanks_bye": "thanks"}[read.flow.intent])),
}  # fmt: skip


def done(confirmation: Confirmation) -> Outcome:
    return Outcome(Act(f"done:{confirmation.skill}", confirmation.act.facts))


Slots = Mapping[str, str | Sequence[str]]


def spans(text: str, values: Slots) -> tuple[SlotSpan, ...]:
    tagged = [(name, value) for name, one in values.items() for value in ([one] if isinstance(one, str) else one)]
    places = [max(text.find(value), 0) for _, value in tagged]
    return tuple(SlotSpan(*pair, place, place + len(pair[1])) for pair, place in zip(tagged, places, strict=True))


def meaning(
    text: str, intents: Mapping[str, float], slots: Slots | None = None, language: str = "en", in_scope: float = 0.9,
    failure: str = "",
) -> Understanding:  # fmt: skip
    scores = tuple(IntentScore(name, value) for name, value in sorted(intents.items(), key=lambda item: -item[1]))
    return Understanding(text, scores, spans(text, slots or {}), language, in_scope, 0.7, "hash", failure)


@dataclass
class Talk:
    """Plays turns as bot/dialogue.py does; `performed` and `reads` keep what the policy asked for."""

    conversation: Conversation = field(default_factory=lambda: start())
    now: datetime = NOW
    answers: dict[str, Callable[[Read], Outcome]] = field(default_factory=lambda: dict(ANSWERS))
    perform: Callable[[Confirmation], Outcome] = done
    performed: list[Confirmation] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    turns: int = 0
    limits: Limits = LIMITS

    def text(
        self, text: str, slots: Slots | None = None, *, language: str = "en", in_scope: float = 0.9, failure: str = "",
        later_waits: bool = False, **intents: float,
    ) -> Speak:  # fmt: skip
        event = TurnInput(self.next_id(), Kind.TEXT, text, code=self.code_in(text), later_waits=later_waits)
        return self.play(event, meaning(text, intents, slots, language, in_scope, failure))

    def press(self, button: str, *, later_waits: bool = False) -> Speak:
        return self.play(TurnInput(self.next_id(), Kind.BUTTON, button=button, later_waits=later_waits), None)

    def event(self, kind: Kind, text: str = "", attachments: tuple[Attachment, ...] = (), **intents: float) -> Speak:
        event = TurnInput(self.next_id(), kind, text, attachments=attachments)
        return self.play(event, meaning(text, intents) if text else None)

    def code_in(self, text: str) -> str:
        """What bot/dialogue.py takes for a code."""
        expected = any(flow.expects == "code" for flow in self.conversation.flows)
        runs = [digits for _, _, digits in codes.found(text)] if self.conversation.challenge else []
        return CODE if CODE in runs else codes.given(text) if expected else ""

    def next_id(self) -> str:
        self.turns += 1
        return f"turn-{self.turns}"

    def play(self, event: TurnInput, understanding: Understanding | None) -> Speak:
        outcomes: list[Outcome] = []
        for _ in range(MOST_ROUNDS + 1):
            decision = self.decide(event, understanding, outcomes)
            if isinstance(decision, Speak):
                self.conversation = decision.conversation
                return decision
            if isinstance(decision, Perform):
                self.performed.append(decision.confirmation)
                outcomes.append(self.perform(decision.confirmation))
            else:
                self.reads.append(decision)
                outcomes.append(self.answers[decision.skill](decision))
        raise AssertionError(f"no end of the turn: {[outcome.act.name for outcome in outcomes]}")

    def decide(self, event: TurnInput, understanding: Understanding | None, outcomes: Sequence[Outcome]) -> Decision:
        decision = decide(self.conversation, event, understanding, outcomes, SKILLS, self.limits, self.now)
        again = decide(self.conversation, event, understanding, list(outcomes), SKILLS, self.limits, self.now)
        assert decision == again, "the same arguments must give the same decision"
        return decision

    @property
    def top(self) -> str:
        return self.conversation.top.skill if self.conversation.top else ""


def start(address: Address = PRIVATE, proof: Proof | None = None, **fields: object) -> Conversation:
    """A conversation that has been introduced, in English."""
    blank = Conversation(id=address.conversation_id, address=address, proof=proof, introduced=True, language="en")
    return replace(blank, **fields)  # type: ignore[arg-type]


def customer() -> Talk:
    """A talk with a customer who has proved who he is."""
    return Talk(start(proof=CUSTOMER))


def signed_in() -> Talk:
    """A talk with a customer whom the shop's own page has signed in."""
    return Talk(start(proof=SIGNED_IN))


def acts(speak: Speak) -> list[str]:
    return [act.name for act in speak.acts]


def offers(speak: Speak) -> list[str]:
    return [offer.value for offer in speak.offers]
