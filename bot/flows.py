"""How one turn moves the flow stack: pure working state of a turn, and the steps every skill shares.

Identity first, then the skill's own questions, then one confirmation, then the write; a finished flow lets the one
below resume. Used by policy.py only.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import slots
from bot.commerce import Quote, WriteMode
from bot.conversation import Access, Confirmation, Conversation, Flow, Proof, Understanding
from bot.decision import Decision, HandoffRequest, Limits, Offer, Perform, Read, Speak, TurnInput
from bot.facts import Act, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Skill

Script = Generator[Decision, Outcome, None]

UNKNOWN = {"unknown_order": "order_id", "unknown_product": "product"}  # act → the slot not to remember
MOST_STEPS = 5  # of one turn; what is still open then goes on in the next (dialogue.py gives up after 6)


class TurnState:
    """The conversation as it changes within one turn, and what is said on the way. Lives for one `decide` call."""

    def __init__(
        self, conversation: Conversation, event: TurnInput, understanding: Understanding, skills: Mapping[str, Skill],
        limits: Limits, now: datetime,
    ) -> None:  # fmt: skip
        self.conversation, self.event, self.understanding = conversation, event, understanding
        self.skills, self.limits, self.now = skills, limits, now
        self.by_intent = {intent: skill for skill in skills.values() for intent in skill.intents}
        self.threshold = understanding.threshold if limits.threshold is None else limits.threshold
        self.said: list[Act] = []
        self.cards: list[Card] = []
        self.notify: list[tuple[str, Act]] = []
        self.heard: list[str] = []
        self.approval: Confirmation | None = None
        self.steps = 0  # Reads and Performs so far
        self.writes = 0  # Performs among them
        self.human = Offer(Term("button", "human"), "human")

    # --- small changes -----------------------------------------------------------------------------------------------

    @property
    def top(self) -> Flow | None:
        return self.conversation.top

    def change(self, **fields: Any) -> None:
        self.conversation = replace(self.conversation, **fields)

    def say(self, act: Act) -> None:
        self.said.append(act)

    def replace_top(self, flow: Flow) -> None:
        self.change(flows=(*self.conversation.flows[:-1], flow))

    def fill(self, values: Mapping[str, str]) -> None:
        """New slot values for the top flow; a confirmation made from the old ones no longer stands."""
        if self.top:
            self.replace_top(replace(self.top, slots={**self.top.slots, **values}, expects="", options=()))
        self.change(pending=None, fallbacks=0)

    def collected(self, skill: str) -> dict[str, str]:
        return slots.collect(self.understanding.slots, self.event.text, self.skills[skill].slots)

    def correction(self) -> dict[str, str]:
        """Values in this message that differ from what the top flow holds."""
        if self.top is None:
            return {}
        held = self.top.slots
        values = self.collected(self.top.skill)
        if "lines" in held and slots.means_all(self.event.text):
            values["lines"] = "all"
        return {name: value for name, value in values.items() if held.get(name) != value and name != "reason"}

    def pop(self) -> None:
        """The top flow is finished: remember what it was about; the one below goes on."""
        if self.top is None:
            return
        kept = {name: self.top.slots[name] for name in ("order_id", "product") if name in self.top.slots}
        pending = self.conversation.pending
        below = self.conversation.flows[:-1]
        wishes = tuple(wish for wish in self.conversation.wishes if wish != self.top.intent)
        self.change(
            flows=below, memory={**self.conversation.memory, **kept}, wishes=wishes or self.conversation.wishes[-1:],
            pending=None if pending and not any(flow.skill == pending.skill for flow in below) else pending,
        )  # fmt: skip

    # --- ways to end a turn ------------------------------------------------------------------------------------------

    def speak(self, kind: str, *, offers: Iterable[Offer] = (), handoff: HandoffRequest | None = None) -> Speak:
        acts = tuple(self.said)
        if acts and not self.conversation.introduced:
            self.change(introduced=True)
            place = 1 if acts[0].name == "greet" or "emergency" in acts[0].facts else 0
            acts = (*acts[:place], Act("introduce"), *acts[place:])
        offers = tuple(offers)
        if any(act.name == "apology" for act in acts) and self.human not in offers and kind != "handoff":
            offers = (*offers, self.human)
        if self.approval:
            handoff = HandoffRequest("approval", self.approval)
        return Speak(
            kind, self.conversation, acts, offers, tuple(self.cards), handoff, tuple(self.heard), tuple(self.notify)
        )

    def hand_over(self, reason: str, *, said: str = "") -> Speak:
        """Bring in a person; `said`: another reason's words, where the shopper has heard this one already."""
        if self.approval:  # staff are asked about that first; what else the shopper wants stays open
            return self.speak("say")
        act = self.limits.person(reason, self.conversation.proof, said)
        self.said.insert(0 if act.facts else len(self.said), act)  # a number to call is said before anything else
        self.change(flows=(), queue=(), pending=None, fallbacks=0)
        return self.speak("handoff", handoff=HandoffRequest(reason))

    def ask(self, slot: str, act: Act, flow: Flow, options: tuple[Any, ...] = ()) -> Speak:
        """Ask for one slot; past the limit a person comes instead. A question taken up again is not asked anew."""
        resumed = any(act.name == "resume" for act in self.said)
        times = flow.asked.get(slot, 0) + (0 if resumed else 1)
        if times > self.limits.questions:
            return self.hand_over("not_understood")
        self.replace_top(replace(flow, expects=slot, options=options, asked={**flow.asked, slot: times}))
        self.say(act)
        return self.speak("ask", offers=[Offer(Text(option.label), f"pick:{option.value}") for option in options])

    def unclear(self, *, silent: bool = False) -> Script:
        """The answer did not help: ask once more, then a person."""
        rung = self.conversation.fallbacks + 1
        self.change(fallbacks=rung)
        if rung > 2:
            yield self.hand_over("not_understood")
        elif self.top and not silent:
            yield from self.advance(resuming=True)
        else:
            yield self.speak("say", offers=(self.human,))

    def no_skill(self, intent: str) -> None:
        self.say(Act("no_skill", {"task": Term("intent", intent)}))

    # --- confirmations -----------------------------------------------------------------------------------------------

    def confirmed(self) -> Script:
        """An explicit yes to the pending confirmation."""
        pending = self.conversation.pending
        if pending is None:
            raise ValueError("nothing to confirm")
        if self.event.later_waits:
            yield self.speak("say")  # something newer is waiting: read that first; the confirmation stays
            return
        self.change(fallbacks=0)
        self._lift(pending)
        flow, skill = self.top, self.skills[pending.skill]
        if flow and skill.access is not Access.NONE and not self._proved(flow, skill):
            self.change(pending=None)  # the proof has run out since: who is asking comes first
        elif pending.expires <= (self.event.at or self.now):
            self.say(Act("expired"))
            self.change(pending=None)
        elif (yield from self._carry_out(pending)):
            return
        yield from self.advance()

    def _carry_out(self, pending: Confirmation) -> Generator[Decision, Outcome, bool]:
        """Do a write that may be done now, or put it to staff; True when the turn has ended."""
        if not self.event.begun:  # whatever held when it was shown, what holds now decides
            if self.limits.mode(pending.market, pending.verb) is WriteMode.OFF:
                yield self._by_people(pending.act, pending.skill)
                return True
            pending = replace(pending, needs_approval=self.limits.rule(pending.market, pending.verb, pending.moved))
        if pending.needs_approval:
            waiting = any(note.subject == pending.subject for note in self.conversation.approvals)
            self.approval = None if waiting else pending  # staff decide on it once
            self.say(Act(f"pending:{pending.skill}/approval", pending.act.facts))
            self.change(pending=None)
            self.pop()
            return False
        outcome = yield from self._shop(Perform(pending))
        self.writes += 1
        self.say(outcome.act)
        self.cards += outcome.cards
        self.change(pending=None)
        if outcome.notify:
            self.notify.append((outcome.notify, Act(f"notice:{pending.skill}", outcome.act.facts)))
        if outcome.act.name.endswith(("/unsupported", "/unknown")):
            yield self.hand_over("unsupported", said="requested")
            return True
        if not outcome.act.name.endswith("/changed"):
            self.pop()
        return False

    def declined(self) -> Script:
        if self.conversation.pending:
            self._lift(self.conversation.pending)
        self.drop()
        yield from self.advance()

    def _lift(self, pending: Confirmation) -> None:
        """The confirmed flow comes to the top: a digression that was open there goes on afterwards."""
        flows = self.conversation.flows
        mine = [replace(flow, expects="") for flow in flows if flow.skill == pending.skill]
        self.change(flows=(*(flow for flow in flows if flow.skill != pending.skill), *mine))

    def drop(self) -> None:
        """Leave the top flow; nothing of it was done."""
        if self.top:
            writes = self.skills[self.top.skill].mode is Mode.WRITE
            order = self.top.slots.get("order_id")
            self.say(Act(f"dropped:{self.top.skill}", {"order": Text(order)}) if writes and order else Act("stopped"))
            self.change(pending=None)
            self.pop()

    # --- flows -------------------------------------------------------------------------------------------------------

    def _shop(self, decision: Read | Perform) -> Generator[Decision, Outcome, Outcome]:
        self.steps += 1
        return (yield decision)

    def advance(self, *, resuming: bool = False) -> Script:
        """Run flows until something must be asked or everything has been said."""
        while True:
            if self.steps >= MOST_STEPS:
                yield self.speak("say")
                return
            flow = self.top
            if flow is None and self.conversation.queue:
                first, *rest = self.conversation.queue
                self.change(flows=(first,), queue=tuple(rest))
                self.say(Act("next_request", {"task": Term("intent", first.intent)}))
                continue
            if flow is None:
                helpless = any(act.name in ("no_skill", "no_passage", *UNKNOWN) for act in self.said)
                yield self.speak("say", offers=(self.human,) if helpless else ())
                return
            if self.said and flow.expects and not resuming:
                self.say(Act("resume", {"task": Term("intent", flow.intent)}))
            pending = self.conversation.pending
            if pending and pending.skill == flow.skill and pending.expires > self.now:
                yield self._show(pending)
                return
            done = yield from self._step(flow)
            if done:
                return

    def _step(self, flow: Flow) -> Generator[Decision, Outcome, bool]:
        """One round of the top flow; True when the turn has ended."""
        skill = self.skills[flow.skill]
        if skill.access is not Access.NONE:
            if not self.conversation.address.private:
                self.say(Act("go_private"))
                self.pop()
                return False
            flow = self._with_order(flow)
            if not self._proved(flow, skill):
                return (yield from self._identify(flow, skill))
        outcome = yield from self._shop(Read(flow.skill, flow, self.conversation.language))
        if outcome.act.name == "unknown_order" and "contact" in flow.slots:
            return (yield from self._identify(flow, skill))  # not the customer's own, but he says how it was ordered
        held = {name: value for name, value in {**flow.slots, **outcome.slots}.items() if value}
        flow = replace(flow, slots=held, expects="", options=())
        self.replace_top(flow)
        self.cards += outcome.cards
        match outcome.act.family:
            case "ask":
                yield self.ask(outcome.slot, outcome.act, flow, outcome.options)
                return True
            case "confirm":
                return (yield from self._quoted(flow, outcome))
        if outcome.act.name.endswith("/unsupported"):
            self.say(outcome.act)
            yield self.hand_over("unsupported", said="requested")
            return True
        refusal = f"{outcome.act.name} {flow.slots.get('order_id', '')}" if outcome.act.family == "refused" else ""
        if refusal and refusal == self.conversation.refused:
            yield self.hand_over("insists")
            return True
        self.say(outcome.act)
        self.change(refused=refusal or self.conversation.refused)
        if outcome.slot:  # refused, and another answer to the same question is welcome
            self.replace_top(replace(flow, expects=outcome.slot))
            yield self.speak("ask")
            return True
        if outcome.act.name in UNKNOWN:
            self.replace_top(flow.without_slot(UNKNOWN[outcome.act.name]))
        self.pop()
        return False

    def _quoted(self, flow: Flow, outcome: Outcome) -> Generator[Decision, Outcome, bool]:
        """A write worked out: shown for a yes, or done at once where it harms nobody; True when the turn has ended."""
        if outcome.quote is None:
            raise ValueError(f"{flow.skill}: a confirm act needs its quote")
        quote = outcome.quote
        if self.limits.mode(quote.order.market, quote.verb) is WriteMode.OFF:
            yield self._by_people(outcome.act, flow.skill)
            return True
        pending = self._confirmation(flow, outcome, quote)
        self.change(pending=pending)
        if quote.harmless and not self.event.later_waits:
            return (yield from self._carry_out(pending))
        yield self._show(pending)
        return True

    def _by_people(self, shown: Act, skill: str) -> Speak:
        """The owner lets people do it here."""
        self.say(Act(f"refused:{skill}/unsupported", shown.facts))
        return self.hand_over("unsupported", said="requested")

    def _confirmation(self, flow: Flow, outcome: Outcome, quote: Quote) -> Confirmation:
        market, moved = quote.order.market, quote.refund
        return Confirmation(
            id=f"{self.event.id}.{self.writes}" if quote.harmless else self.event.id, skill=flow.skill, verb=quote.verb,
            arguments=quote.arguments, act=outcome.act, version=quote.version,
            expires=self.now + timedelta(minutes=self.limits.confirmation_minutes),
            needs_approval=self.limits.rule(market, quote.verb, moved), market=market, moved=moved,
        )  # fmt: skip

    def _show(self, pending: Confirmation) -> Speak:
        if self.top:
            self.replace_top(replace(self.top, expects="confirm"))
        self.say(pending.act)
        yes, no = Offer(Term("button", "yes"), f"yes:{pending.id}"), Offer(Term("button", "no"), f"no:{pending.id}")
        return self.speak("confirm", offers=(yes, no))

    # --- identity ----------------------------------------------------------------------------------------------------

    def _valid_proof(self) -> Proof | None:
        """A proof counts when the message came while it held, however long the queue was."""
        proof = self.conversation.proof
        return proof if proof and proof.until > (self.event.at or self.now) else None

    def _with_order(self, flow: Flow) -> Flow:
        """Which order is meant, where the skill cannot choose among the shopper's own: the one proved or spoken of."""
        proof = self._valid_proof()
        if "order_id" in flow.slots or (proof and proof.access is Access.CUSTOMER):
            return flow
        number = proof.order if proof else flow.slots.get("order_hint")
        return flow.with_slot("order_id", number) if number else flow

    def _proved(self, flow: Flow, skill: Skill) -> bool:
        proof = self._valid_proof()
        return proof is not None and proof.opens(flow.slots.get("order_id", ""), skill.access)

    def _identify(self, flow: Flow, skill: Skill) -> Generator[Decision, Outcome, bool]:
        """Ask for order number and contact, and have them checked; True when the turn has ended."""
        proof = self._valid_proof()
        weak = proof is not None and proof.access is Access.DELIVERY and proof.order == flow.slots.get("order_id")
        contact = "ask:contact" if skill.access is Access.DELIVERY else "ask:contact/full"
        for slot, act in (("order_id", "ask:order_id"), ("contact", "ask:contact/stronger" if weak else contact)):
            if slot not in flow.slots:
                yield self.ask(slot, Act(act, {"task": Term("intent", flow.intent)}), flow)
                return True
        outcome = yield from self._shop(Read("identify", flow, self.conversation.language))
        without = replace(flow.without_slot("contact"), expects="", options=())
        self.replace_top(without)
        if outcome.proof is None and outcome.tries_left == 0:
            yield self.hand_over("identity")
            return True
        if outcome.proof is None:
            self.say(outcome.act)
            yield self.ask("contact", Act(contact, {"task": Term("intent", flow.intent)}), without)
            return True
        if outcome.proof.access is Access.DELIVERY and skill.access is not Access.DELIVERY:
            yield self.ask("contact", Act("ask:contact/stronger", {"task": Term("intent", flow.intent)}), without)
            return True
        self.change(proof=outcome.proof)
        self.say(outcome.act)
        return False
