"""Any shopper against any shop: whatever comes, a turn ends, and nothing is written without a yes to what was shown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from policy_talk import ANSWERS, CODE, CUSTOMER, GROUP, MAIL, PRIVATE, SIGNED_IN, SKILLS, TOKEN, Talk, confirm, start

from bot import consent
from bot.conversation import Access, Confirmation, Option, Proof
from bot.decision import Read, Speak, TurnInput
from bot.facts import Act, Text
from bot.messages import Kind
from bot.skill import Outcome

TEXTS = st.sampled_from([
    "yes", "ok do it", "好的", "取消吧", "no", "不用了", "yes but wait", "thanks", "please", "cancel 10423",
    "cancel 10423 and 10424", "where is 10424", "return 10103", "10423", "10424", "emma@example.com", "E1 6AN",
    "07700 900123", "the second one", "all", "never mind", "算了", "another order", "returns?", "12 High Street",
    "too small", "this is ridiculous", "hello", "", "🙂", "Wo ist meine Bestellung?", "我要退货", "forget me",
    "no, 10424", "please send my order", "change the address of 10777", "482193", "the code is 482 193", "111111",
    "4821", "send it again", "没收到", "send it to me@example.org", "I can't open that mailbox",
])  # fmt: skip
ANSWERS_TO_CONFIRM = st.sampled_from([
    "yes", "ok", "好的", "取消吧", "cancel it", "退吧", "yes return it", "no", "yes but", "thanks", "all of them",
    "skip", "too small",
])  # fmt: skip
INTENTS = st.dictionaries(
    st.sampled_from([
        "affirm", "deny", "cancel_flow", "provide_info", "oos", "talk_to_human", "complaint", "greeting", "thanks_bye",
        "order_status", "delivery_delay", "cancel_order", "return_item", "change_address", "product_info",
        "return_policy", "invoice",
    ]),
    st.sampled_from([0.1, 0.4, 0.6, 0.8, 0.95]),
    max_size=4,
)  # fmt: skip
SLOTS = st.dictionaries(
    st.sampled_from(["order_id", "product", "reason", "address", "postcode"]),
    st.sampled_from(["10423", "10424", "10777", "10999", "lamp", "too small"]),
    max_size=2,
)
BUTTONS = st.sampled_from(
    ["human", "bot", "pick:10424", "pick:l1", "pick:all", "intent:cancel_order", "intent:x", "yes:", "no:x"]
)
TURNS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), TEXTS, INTENTS, SLOTS, st.booleans()),
        st.tuples(st.just("old button"), st.integers(0, 9), st.booleans()),  # one that was offered some time ago
        st.tuples(st.just("button"), BUTTONS),
        st.tuples(st.just("wait"), st.sampled_from([1, 20, 45])),
        st.tuples(st.just("kind"), st.sampled_from([Kind.START, Kind.EDIT, Kind.FILE])),
        st.tuples(st.just("link"), st.sampled_from([TOKEN, "forged"])),
    ),
    max_size=8,
)
# What a shop may answer beside the usual.
ODD = {
    "usual": None,
    "refused": lambda read: Outcome(Act(f"refused:{read.skill}/shipped")),
    "unsupported": lambda read: Outcome(Act(f"refused:{read.skill}/unsupported")),
    "asks": lambda read: Outcome(
        Act("ask:order"), slot="order_id", options=(Option("a", "10423"), Option("b", "10424"))
    ),
    "confirms": lambda read: confirm(read.skill, "cancel", read.flow.slots.get("order_id", "10423")),
    "costly": lambda read: confirm(read.skill, "return", "10777", 99999),
    "unknown": lambda read: Outcome(Act("unknown_order", {"order": Text("10999")})),
    "informs": lambda read: Outcome(Act("inform:order/open")),
}
IDENTITY = {
    "usual": None,
    "miss": lambda read: Outcome(Act("identify/miss"), tries_left=1),
    "out": lambda read: Outcome(Act("identify/miss"), tries_left=0),
    "other order": lambda read: Outcome(Act("identify/done"), proof=Proof(Access.ORDER, "", "10000", CUSTOMER.until)),
    "already over": lambda read: Outcome(
        Act("identify/done"), proof=replace(CUSTOMER, until=CUSTOMER.until - timedelta(days=99))
    ),
}
CODES = {
    "usual": None,
    "nowhere": lambda read: Outcome(Act("handoff/no_code")),
    "wrong": lambda read: Outcome(Act("ask:code/wrong"), tries_left=2),
    "out": lambda read: Outcome(Act("ask:code/wrong"), tries_left=0),
}
OF = {"identify": IDENTITY, "one_time_code": CODES, "signed_link": {"usual": None}}  # skill → its answers; else ODD
PERFORMED = ["done", "pending", "refused/shipped", "refused/changed", "refused/unsupported", "refused/unknown"]
SHOPS = st.fixed_dictionaries({
    **{skill.name: st.sampled_from(sorted(OF.get(skill.name, ODD))) for skill in SKILLS},
    "perform": st.sampled_from(PERFORMED),
})  # fmt: skip
STARTS = st.sampled_from([
    start(), start(proof=CUSTOMER), start(proof=SIGNED_IN), start(GROUP, CUSTOMER),
    start(language="", introduced=False),
    start(proof=Proof(Access.ORDER, "", "10423", CUSTOMER.until)),
    start(proof=Proof(Access.DELIVERY, "", "10423", CUSTOMER.until)),
])  # fmt: skip


class Watched(Talk):
    """A talk that checks each decision against what the shopper has seen and done."""

    def __init__(self, conversation: object, shop: Mapping[str, str]) -> None:
        super().__init__(conversation)  # type: ignore[arg-type]
        odd = {name: OF.get(name, ODD)[what] for name, what in shop.items() if name != "perform"}
        self.answers = {name: odd[name] or ANSWERS[name] for name in ANSWERS}
        kind, _, reason = shop["perform"].partition("/")
        self.perform = lambda pending: Outcome(
            Act(f"{kind}:{pending.skill}" + (f"/{reason}" if reason else ""), pending.act.facts)
        )
        self.offered: list[str] = []
        self.shown: set[str] = set()  # ids of confirmations that were spoken
        self.redirects = self.conversation.proof == SIGNED_IN  # a code or a signed link was shown

    def play(self, event: TurnInput, understanding: object) -> Speak:
        before, count = self.conversation, len(self.performed)
        reads = len(self.reads)
        speak = super().play(event, understanding)  # type: ignore[arg-type]
        self.redirects = self.redirects or any(map(self.proves, self.reads[reads:]))
        for performed in self.performed[count:]:
            self.check_write(event, performed, before.pending)
        assert len(self.performed) - count <= 1
        for read in self.reads[reads:]:
            self.check_read(read)
        self.check_end(speak)
        return speak

    def check_write(self, event: TurnInput, performed: Confirmation, pending: Confirmation | None) -> None:
        assert performed == pending
        assert performed.id in self.shown
        assert not event.later_waits
        assert performed.expires > (event.at or self.now)
        assert not performed.needs_approval
        pressed = event.kind is Kind.BUTTON and event.button == f"yes:{performed.id}"
        assert self.redirects or not next(skill.strong for skill in SKILLS if skill.name == performed.skill)
        assert pressed or (event.kind is Kind.TEXT and consent.explicit_yes(event.text, performed.verb))

    def proves(self, read: Read) -> bool:
        """Whether this was the right code, or a link of the shop's own page."""
        right = read.skill == "one_time_code" and read.flow.slots.get("code") == CODE
        linked = read.skill == "signed_link" and read.flow.slots["token"] == TOKEN
        return (right or linked) and self.answers[read.skill](read).proof is not None

    def check_read(self, read: Read) -> None:
        access = next(skill.access for skill in SKILLS if skill.name == read.skill)
        if access is Access.NONE:
            return
        assert self.conversation.address == PRIVATE
        proofs = [self.conversation.proof, *(outcome.proof for outcome in (self.identified(),) if outcome)]
        assert any(
            proof and proof.until > self.now and proof.opens(read.flow.slots.get("order_id", ""), access)
            for proof in proofs
        )

    def identified(self) -> Outcome | None:
        tried = [read for read in self.reads if read.skill == "identify"]
        return self.answers["identify"](tried[-1]) if tried else None

    def check_end(self, speak: Speak) -> None:
        after = speak.conversation
        skills = [flow.skill for flow in after.flows]
        assert len(set(skills)) == len(skills)
        assert len(after.queue) <= 3
        assert after.pending is None or after.pending.skill in skills
        if after.top and after.top.expects == "confirm":
            assert after.pending and after.pending.skill == after.top.skill
        if speak.kind == "confirm":
            assert after.pending and after.pending.act in speak.acts
            self.shown.add(after.pending.id)
        if speak.kind == "handoff":
            assert speak.handoff and not after.flows and not after.queue and not after.pending
        assert speak.code is None or (speak.code[0] == MAIL and after.challenge and after.address == PRIVATE)
        assert all("code" not in flow.slots for flow in (*after.flows, *after.queue))  # it is kept nowhere
        self.offered += [offer.value for offer in speak.offers]


def play(talk: Watched, turns: list[tuple]) -> None:
    for what, *details in turns:
        match what:
            case "text":
                text, intents, slots, later = details
                talk.text(text, slots, later_waits=later, **intents)
            case "old button":
                if talk.offered:
                    talk.press(talk.offered[-1 - details[0] % len(talk.offered)], later_waits=details[1])
            case "button":
                talk.press(*details)
            case "wait":
                talk.now += timedelta(minutes=details[0])
            case "kind":
                talk.event(*details)
            case "link":
                talk.event(Kind.START, *details)


@given(STARTS, SHOPS, TURNS)
def test_every_turn_ends_and_writes_follow_a_yes_to_what_was_shown(
    first: object, shop: Mapping[str, str], turns: list[tuple]
) -> None:
    play(Watched(first, shop), turns)


# The ways to a first confirmation.
SHOWN = {
    "cancel": [("text", "cancel 10423", {"cancel_order": 0.95}, {"order_id": "10423"}, False)],
    "costly": [("text", "cancel 10777", {"cancel_order": 0.95}, {"order_id": "10777"}, False)],
    "return": [
        ("text", "return 10103", {"return_item": 0.95}, {"order_id": "10103"}, False),
        ("text", "all of them", {}, {}, False),
        ("text", "skip", {}, {}, False),
    ],
    "address": [
        ("text", "change the address of 10423", {"change_address": 0.95}, {"order_id": "10423"}, False),
        ("text", "12 High Street", {}, {}, False),
    ],
    "coded": [
        ("text", "change the address of 10423", {"change_address": 0.95}, {"order_id": "10423"}, False),
        ("text", "12 High Street", {}, {}, False),
        ("text", "482193", {}, {}, False),
    ],
}
CLOSE = {"affirm": 0.95}
AROUND_A_CONFIRMATION = st.lists(
    st.one_of(
        st.tuples(st.just("text"), ANSWERS_TO_CONFIRM, st.sampled_from([{}, CLOSE]), st.just({}), st.booleans()),
        st.tuples(st.just("old button"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("button"), st.sampled_from(["yes:forged", "yes:", "no:forged", "pick:all", "pick:skip"])),
        st.tuples(st.just("wait"), st.sampled_from([20, 45])),
        st.sampled_from([
            ("text", "cancel 10424", {"cancel_order": 0.95}, {"order_id": "10424"}, False),
            ("text", "cancel 10777", {"cancel_order": 0.95}, {"order_id": "10777"}, False),
            ("text", "return 10103", {"return_item": 0.95}, {"order_id": "10103"}, False),
            ("text", "where is 10424", {"order_status": 0.95}, {"order_id": "10424"}, False),
            ("text", "no, 10424", {"deny": 0.6}, {"order_id": "10424"}, False),
            ("text", "482193", {}, {}, False), ("text", "482194", {}, {}, False),
            ("text", "send it again", {}, {}, False),
            ("text", "change the address of 10424", {"change_address": 0.95}, {"order_id": "10424"}, False),
            ("link", TOKEN), ("link", "forged"),
        ]),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(st.sampled_from(sorted(SHOWN)), st.sampled_from(PERFORMED), AROUND_A_CONFIRMATION)
def test_around_a_confirmation_too(shown: str, performed: str, turns: list[tuple]) -> None:
    talk = Watched(start(proof=CUSTOMER), {**dict.fromkeys(ANSWERS, "usual"), "perform": performed})
    play(talk, [*SHOWN[shown], *turns])


def test_the_fuzz_does_reach_writes() -> None:
    """The property above would hold for a policy that never writes: this shopper gets one."""
    talk = Watched(start(proof=CUSTOMER), {**dict.fromkeys(ANSWERS, "usual"), "perform": "done"})
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    talk.press(talk.offered[0])
    assert len(talk.performed) == 1


def test_the_fuzz_does_reach_writes_that_redirect() -> None:
    """And this one changes an address, by the code that was mailed."""
    talk = Watched(start(proof=CUSTOMER), {**dict.fromkeys(ANSWERS, "usual"), "perform": "done"})
    play(talk, [*SHOWN["coded"], ("text", "yes", CLOSE, {}, False)])
    assert [performed.skill for performed in talk.performed] == ["change_address"]
