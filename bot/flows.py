"""How one turn moves the flow stack: pure working state of a turn, and the steps every skill shares.

Identity first, then the skill's own questions, then one confirmation, then the write; a finished flow lets the one
below resume. Used by bot.policy only.
"""

from collections.abc import Generator, Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import slots
from bot.commerce import Quote, WriteMode
from bot.conversation import Access, Confirmation, Conversation, Flow, Proof, Understanding
from bot.decision import (
    NOTIFY,
    TAKE_BACK,
    Decision,
    HandoffRequest,
    Limits,
    Notice,
    Offer,
    Perform,
    Read,
    Speak,
    TurnInput,
    tell_me,
)
from bot.facts import Act, Money, Term, Text
from bot.messages import Card, Form
from bot.promises import MOST, Awaited, Promise
from bot.skill import Mode, Outcome, Skill

Script = Generator[Decision, Outcome, None]

UNKNOWN = {"unknown_order": "order_id", "unknown_product": "product"}  # act → the slot not to remember
# after these a person is offered
HELPLESS = (
    "no_skill", "no_passage", "inform:passage/nearest", "inform:refund/overdue", "inform:suggestions/none",
    "inform:size/none", "inform:size/no_chart", "capabilities", *UNKNOWN,
)  # fmt: skip
ADVICE_MEMORY = ("shown", "seen", "taste")  # of suggestions: the last ones, all for this wish, the wish
REMEMBERED = ("order_id", "product", "basket", *ADVICE_MEMORY)  # slots that a later request may point back at
_TOO_WEAK = {(needed, Access.DELIVERY) for needed in Access if needed is not Access.DELIVERY}  # (needed, proved)
DAY = timedelta(days=1)
MOST_LEFT = 1  # times that a question which only leads to an answer is taken up again
MANY = 99  # things to choose from, as long as nobody has counted them
MOST_STEPS = 5  # of one turn; what is still open then goes on in the next (dialogue.py gives up after 6)


class TurnState:
    """The conversation as it changes within one turn, and what is said on the way. Lives for one `decide` call."""

    def __init__(
        self, conversation: Conversation, event: TurnInput, understanding: Understanding, skills: Mapping[str, Skill],
        limits: Limits, now: datetime,
    ) -> None:  # fmt: skip
        self.conversation, self.event, self.understanding = conversation, event, understanding
        self.skills, self.limits, self.now = skills, limits, now
        self.by_intent = {
            intent: skill for skill in skills.values() for intent in skill.intents
            if skill.fits is None or skill.fits(intent, event.text, understanding.slots)
        }  # fmt: skip
        self.threshold = understanding.threshold if limits.threshold is None else limits.threshold
        self.said: list[Act] = []
        self.cards: list[Card] = []
        self.form: Form | None = None
        self.notify: list[Notice] = []
        self.cases: list[HandoffRequest] = []
        self.offers: list[Offer] = []  # buttons under what is said, where nothing is asked
        self.promised: list[Promise] = []
        self.taken_back: list[Promise] = []
        self.heard: list[str] = []
        self.code: tuple[str, str] | None = None  # (e-mail on file, salt) of a one-time code to send
        self.typed = event.code  # a one-time code of this message, "" once it was tried
        self.again = False  # another code is wanted
        self.approval: Confirmation | None = None
        self.steps = 0  # Reads and Performs so far
        self.writes = 0  # Performs among them
        self.human = Offer(Term("button", "human"), "human")

    # --- small changes -----------------------------------------------------------------------------------------------

    @property
    def top(self) -> Flow | None:
        return self.conversation.top

    @property
    def shown(self) -> tuple[str, ...]:
        """The goods to choose from in the open question, or those last shown; none while something else is asked."""
        if self.top and self.top.expects == "product":
            return tuple(option.value for option in self.top.options)
        return () if self.top else tuple(self.conversation.memory.get("shown", "").split())

    def change(self, **fields: Any) -> None:
        self.conversation = replace(self.conversation, **fields)

    def hearing(self, part: Understanding) -> "TurnState":
        """This turn as if only one part of the message had been written, to be read alone."""
        state = copy(self)
        state.event, state.understanding = replace(self.event, text=part.text), part
        return state

    def say(self, act: Act) -> None:
        self.said.append(act)

    def replace_top(self, flow: Flow) -> None:
        self.change(flows=(*self.conversation.flows[:-1], flow))

    def fill(self, values: Mapping[str, str]) -> None:
        """New slot values for the top flow; a confirmation made from the old ones no longer stands."""
        if self.top:
            self.replace_top(replace(self.top, slots={**self.top.slots, **values}, expects="", options=(), left=0))
        self.change(pending=None, fallbacks=0)

    def collected(self, skill: str) -> dict[str, str]:
        return slots.collect(self.understanding.slots, self.event.text, self.skills[skill].slots)

    def correction(self) -> dict[str, str]:
        """Values in this message that differ from what the top flow holds."""
        if self.top is None:
            return {}
        held = self.top.slots
        values = self.collected(self.top.skill)
        if "lines" in held and slots.means_all(self.event.text, MANY):
            values["lines"] = "all"
        elif "lines" in held and slots.means_both(self.event.text) and held["lines"].count(",") != 1:
            values["lines"] = ""  # the skill counts what there is
        if "products" in values and held.get("products") and slots.adds(self.event.text):
            values["products"] = "\n".join(dict.fromkeys((held["products"], values["products"])))
        if held.get("keep") and "products" in values:
            values.setdefault("keep", "")  # named again, and not as what stays
        other = {name: value for name, value in values.items() if held.get(name) != value and name != "reason"}
        said = {"said": self.event.text} if "said" in held and other.keys() - {"order_id", "contact"} else {}
        return {**other, **said}

    def pop(self) -> None:
        """The top flow is finished: remember what it was about; the one below goes on."""
        if self.top is None:
            return
        kept = {name: self.top.slots[name] for name in REMEMBERED if name in self.top.slots}
        if "product" in kept:
            kept |= {name: self.top.slots.get(name, "") for name in ("skus", "taste", "seen")}
        pending = self.conversation.pending
        below = self.conversation.flows[:-1]
        wishes = tuple(wish for wish in self.conversation.wishes if wish != self.top.intent)
        self.change(
            flows=below, memory={**self.conversation.memory, **kept}, wishes=wishes or self.conversation.wishes[-1:],
            pending=None if pending and not any(flow.skill == pending.skill for flow in below) else pending,
        )  # fmt: skip

    def awaits_code(self) -> bool:
        """Whether a flow waits for a one-time code; it comes to the top, for the code goes before a digression."""
        flows = self.conversation.flows
        waiting = [flow for flow in flows if flow.expects == "code"]
        self.change(flows=(*(flow for flow in flows if flow not in waiting), *waiting))
        return bool(waiting)

    # --- what the shopper is told unasked ----------------------------------------------------------------------------

    @property
    def promises(self) -> dict[str, Promise]:
        """Those that are open now, by what they promise."""
        known = {promise.key: promise for promise in (*self.event.promises, *self.promised)}
        return {key: promise for key, promise in known.items() if promise not in self.taken_back}

    def _promise(self, outcome: Outcome, promise: Promise) -> Act:
        """Keep what a skill has promised; promised before, it is the same one."""
        held = self.promises
        if promise.key not in held and len(held) >= MOST:
            return Act("refused:notify/too_many")
        same = held.get(promise.key)
        new = f"{self.event.id}.{len(self.promised)}"
        self.promised.append(replace(promise, id=same.id if same else new, seen=same.seen if same else promise.seen))
        self.offers.append(TAKE_BACK)
        return outcome.act

    def _offered(self) -> tuple[Offer, ...]:
        """The buttons so far, without what is promised already, and what would read alike for two orders."""
        if NOTIFY not in self.skills:
            return ()
        held = {f"{NOTIFY}:{key}" for key in self.promises}
        offers = [offer for offer in dict.fromkeys(self.offers) if offer.value not in held]
        labels = [offer.label for offer in offers]
        return tuple(offer for offer in offers if labels.count(offer.label) == 1)

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
            handoff = HandoffRequest("approval", self.approval, "approval")
        return Speak(
            kind, self.conversation, acts, offers, tuple(self.cards), handoff, tuple(self.heard), tuple(self.notify),
            tuple(self.cases), self.code, tuple(self.promised), tuple(self.taken_back), self.form,
        )  # fmt: skip

    def hand_over(self, reason: str, *, said: str = "", request: HandoffRequest | None = None) -> Speak:
        """Bring in a person; `said`: another reason's words, where the shopper has heard this one already.

        `request`: what staff are to know beside the reason.
        """
        if self.approval:  # staff are asked about that first; what else the shopper wants stays open
            return self.speak("say")
        act = self.limits.person(reason, self.conversation.proof, self.conversation.language, said)
        self.said.insert(0 if act.facts else len(self.said), act)  # a number to call is said before anything else
        if self.top and "order_id" in self.top.slots:  # what it is about, for staff
            self.change(memory={**self.conversation.memory, "order_id": self.top.slots["order_id"]})
        self.change(flows=(), queue=(), pending=None, fallbacks=0)
        return self.speak("handoff", handoff=request or HandoffRequest(reason))

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
        proof = self._valid_proof()
        redirects = skill.strong or pending.elsewhere
        weak = redirects and not (proof and proof.strong(self.event.at or self.now))
        other = pending.person != (proof.person if proof else "")
        if weak or other or (flow and skill.access is not Access.NONE and not self._proved(flow, skill)):
            self.change(pending=None)  # it has run out since, or is somebody else's: who is asking comes first
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
            rule = self._rule(pending.approval, pending.market, pending.verb, pending.moved, pending.lately)
            pending = replace(pending, needs_approval=rule)
        if pending.needs_approval:
            waiting = any(note.subject == pending.subject for note in self.conversation.approvals)
            self.approval = None if waiting else pending  # staff decide on it once
            self.say(Act(f"pending:{pending.skill}/approval", pending.act.facts))
            self._offer_refund(pending)
            self.change(pending=None)
            self.pop()
            return False
        outcome = yield from self._shop(Perform(pending))
        self.writes += 1
        self.say(outcome.act)
        self.cards += outcome.cards
        self.change(pending=None)
        if outcome.act.family in ("done", "pending"):
            self._offer_refund(pending)
        self.notify += self.skills[pending.skill].notices(outcome)
        self.cases += [outcome.handoff] if outcome.handoff else []
        if outcome.act.family == "done" and self.skills[pending.skill].case:
            self._tell_staff(pending)
        if outcome.act.name.endswith(("/unsupported", "/unknown")):
            yield self.hand_over("unsupported", said="requested")
            return True
        if not outcome.act.name.endswith("/changed"):
            self.pop()
        return False

    def _offer_refund(self, pending: Confirmation) -> None:
        """To be told when the money is back, where some goes back."""
        order = pending.act.facts.get("order")
        if isinstance(order, Text) and pending.moved and pending.moved.minor:
            self.offers += tell_me(Awaited.REFUNDED, order.value)

    def _tell_staff(self, done: Confirmation) -> None:
        """Something was done that people have to look into: once for each thing; what was sent for it is used up."""
        if not any(note.subject == done.subject for note in self.conversation.cases):
            self.cases.append(HandoffRequest(self.skills[done.skill].case, done, "case", done.act.facts))
        left = {name: value for name, value in self.conversation.memory.items() if name != "files"}
        self.change(memory={**left, "claim": str(done.arguments.get("order", ""))})

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

    def read(self, flow: Flow) -> Generator[Decision, Outcome, Outcome]:
        """What the flow's skill answers, beside the stack."""
        return self._shop(Read(flow.skill, flow, self.conversation.language))

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
                helpless = any(act.name in HELPLESS or act.name.endswith("packed") for act in self.said)
                yield self.speak("say", offers=(*self._offered(), *((self.human,) if helpless else ())))
                return
            if self.said and flow.expects and not resuming:
                if flow.left >= MOST_LEFT and self.skills[flow.skill].mode is Mode.READ:
                    self.change(flows=self.conversation.flows[:-1])  # nothing would be done of it: he has let it go
                    continue
                flow = replace(flow, left=flow.left + 1)
                self.replace_top(flow)
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
                return (yield from self._identify(flow, skill.access))
        outcome = yield from self._shop(Read(flow.skill, flow, self.conversation.language))
        if outcome.act.name == "unknown_order" and "contact" in flow.slots:
            return (yield from self._identify(flow, skill.access))  # not the customer's own; he says how it was ordered
        held = {name: value for name, value in {**flow.slots, **outcome.slots}.items() if value}
        flow = replace(flow, slots=held, expects="", options=())
        self.replace_top(flow)
        if outcome.needs is not Access.NONE:
            if not self.conversation.address.private:
                self.say(Act("go_private"))
                self.pop()
                return False
            return (yield from self._identify(self._with_order(flow), outcome.needs))
        for found in outcome.before:
            self.say(found)
        self.cards += outcome.cards
        self.form = outcome.form or self.form
        if outcome.beside:
            beside = Flow(flow.skill, flow.intent, dict(outcome.beside))
            self.change(queue=(beside, *self.conversation.queue))
        match outcome.act.family:
            case "pass":  # another skill's business, with the same slots
                self._anew(outcome.act.topic)
                self.replace_top(replace(flow, skill=outcome.act.topic))
                return False
            case "ask":
                yield self.ask(outcome.slot, outcome.act, flow, outcome.options)
                return True
            case "confirm":
                return (yield from self._quoted(flow, outcome))
        if outcome.act.name.endswith("/unsupported"):
            self.say(outcome.act)
            request = HandoffRequest("unsupported", facts=outcome.act.facts)
            yield self.hand_over("unsupported", said="requested", request=request)
            return True
        if outcome.act.family == "refused" and outcome.slot:  # another answer to the same question is welcome
            yield self.ask(outcome.slot, outcome.act, flow, outcome.options)
            return True
        about = [str(fact) for name, fact in outcome.act.facts.items() if name != "order"]
        refused = outcome.act.family == "refused"
        refusal = " ".join([outcome.act.name, flow.slots.get("order_id", ""), *about]) if refused else ""
        if refusal and refusal == self.conversation.refused:
            yield self.hand_over("insists")
            return True
        self.say(self._promise(outcome, outcome.promise) if outcome.promise else outcome.act)
        self.offers += outcome.offers
        if outcome.handoff and outcome.handoff.kind == "chat":
            yield self.hand_over(outcome.handoff.reason, said="requested", request=outcome.handoff)
            return True
        self.cases += [outcome.handoff] if outcome.handoff else []
        self.change(refused=refusal or self.conversation.refused)
        if outcome.goes_on:
            self._go_on(outcome.goes_on, flow)
            return False
        if outcome.act.name in UNKNOWN:
            self.replace_top(flow.without_slot(UNKNOWN[outcome.act.name]))
        self.pop()
        return False

    def _go_on(self, intent: str, flow: Flow) -> None:
        """Another skill takes the flow over, with all that was said: nothing is asked twice."""
        skill = self.by_intent.get(intent)
        wishes = tuple(wish for wish in self.conversation.wishes if wish not in (flow.intent, intent))
        self.change(wishes=(*wishes, intent))
        if skill is None:
            self.no_skill(intent)
            self.pop()
            return
        self._anew(skill.name)
        kept = {name: value for name, value in flow.slots.items() if name in (*skill.slots, "order_hint")}
        below = tuple(other for other in self.conversation.flows[:-1] if other.skill != skill.name)
        self.change(flows=(*below, Flow(skill.name, intent, kept)))

    def _anew(self, skill: str) -> None:
        """The skill takes up another wish: what it showed for a yes before no longer stands."""
        if self.conversation.pending and self.conversation.pending.skill == skill:
            self.change(pending=None)

    def _quoted(self, flow: Flow, outcome: Outcome) -> Generator[Decision, Outcome, bool]:
        """A write worked out: shown for a yes, or done at once where it harms nobody; True when the turn has ended."""
        if outcome.quote is None:
            raise ValueError(f"{flow.skill}: a confirm act needs its quote")
        quote = outcome.quote
        if self.limits.mode(quote.market, quote.verb) is WriteMode.OFF:
            yield self._by_people(outcome.act, flow.skill)
            return True
        if (self.skills[flow.skill].strong or quote.elsewhere) and (yield from self._prove(flow, quote)):
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
        lately = quote.order.given_back_since(self.now - DAY) if quote.order else 0
        return Confirmation(
            id=f"{self.event.id}.{self.writes}" if quote.harmless else self.event.id, skill=flow.skill, verb=quote.verb,
            arguments=quote.arguments, act=outcome.act, version=quote.version,
            expires=self.now + timedelta(minutes=self.limits.confirmation_minutes),
            needs_approval=self._rule(quote.approval, quote.market, quote.verb, quote.refund, lately),
            market=quote.market, moved=quote.refund, lately=lately, approval=quote.approval,
            person=proof.person if (proof := self._valid_proof()) else "", elsewhere=quote.elsewhere,
        )  # fmt: skip

    def _rule(self, approval: bool | None, market: str, verb: str, moved: Money | None, lately: int) -> str:
        """By which rule staff decide on a write, "" when they do not; `approval`: what its quote says of itself."""
        if approval is None:
            return self.limits.rule(market, verb, moved, lately)
        return "rule" if approval else "stop" if self.limits.stopped else ""

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

    def _with_contact(self, flow: Flow) -> Flow:
        """How the order was placed, where the shopper has said so already: to another flow, or before any was open."""
        if "contact" in flow.slots:
            return flow
        others = [other.slots["contact"] for other in reversed(self.conversation.flows) if "contact" in other.slots]
        given = next(iter(others), self.conversation.memory.get("contact", ""))
        return flow.with_slot("contact", given) if given else flow

    def _contact_tried(self, *, enough: bool) -> None:
        """What was said before asking is tried once; what has failed is not tried for another flow either."""
        kept = {name: value for name, value in self.conversation.memory.items() if name != "contact"}
        self.change(memory=kept)
        if not enough:
            self.change(flows=tuple(flow.without_slot("contact") for flow in self.conversation.flows))

    def _identify(self, flow: Flow, access: Access) -> Generator[Decision, Outcome, bool]:
        """Ask for order number and contact, and have them checked; True when the turn has ended."""
        proof = self._valid_proof()
        weak = proof is not None and proof.access is Access.DELIVERY and proof.order == flow.slots.get("order_id")
        flow = flow if weak else self._with_contact(flow)
        contact = "ask:contact" if access is Access.DELIVERY else "ask:contact/full"
        for slot, act in (("order_id", "ask:order_id"), ("contact", "ask:contact/stronger" if weak else contact)):
            if slot not in flow.slots:
                if slot == "order_id" and "contact" in self.collected("identify"):
                    self.say(Act("contact_noted"))
                yield self.ask(slot, Act(act, {"task": Term("intent", flow.intent)}), flow)
                return True
        outcome = yield from self._shop(Read("identify", flow, self.conversation.language))
        without = replace(flow.without_slot("contact"), expects="", options=())
        self.replace_top(without)
        self._contact_tried(enough=outcome.proof is not None and (access, outcome.proof.access) not in _TOO_WEAK)
        if outcome.proof is None and outcome.tries_left == 0:
            yield self.hand_over("identity")
            return True
        if outcome.proof is None:
            self.say(outcome.act)
            yield self.ask("contact", Act(contact, {"task": Term("intent", flow.intent)}), without)
            return True
        if (access, outcome.proof.access) in _TOO_WEAK:
            yield self.ask("contact", Act("ask:contact/stronger", {"task": Term("intent", flow.intent)}), without)
            return True
        self._known_as(outcome.proof, flows=(without,), queue=self.conversation.queue)
        self.say(outcome.act)
        return False

    def _known_as(self, proof: Proof, *, flows: tuple[Flow, ...] = (), queue: tuple[Flow, ...] = ()) -> None:
        """Take a fresh proof; what another customer wanted, said yes to or was promised here is over but for these.

        A guest proves one order at a time: the next one is not taken for somebody else's.
        """
        before = self.conversation.proof
        if before and before.access is Access.CUSTOMER and not before.same_person(proof):
            self.change(memory={}, noted={}, wishes=(), flows=flows, queue=queue, pending=None, challenge=None)
            self.taken_back += [known for known in self.promises.values() if known.access is not Access.NONE]
        self.change(proof=proof)

    def _prove(self, flow: Flow, quote: Quote) -> Generator[Decision, Outcome, bool]:
        """See to it that a one-time code or a signed link stands behind the proof; True when the turn has ended.

        Asked for once it is known that the write can be done, and before it is confirmed.
        """
        at, about = self.event.at or self.now, quote.order or quote.account
        if about is None:
            raise ValueError(f"{quote.verb}: nobody to send a code to")
        if (proof := self._valid_proof()) and proof.redirects(about.email, at):
            return False
        order = {"order_id": quote.order.number} if quote.order else {}  # none: the account is meant
        challenge = self.conversation.challenge
        stands = challenge is not None and challenge.order == order.get("order_id", "") and challenge.until > at
        if challenge and stands and not self.typed and not self.again:
            yield self.ask("code", Act("ask:code/again", {"mail": Text(challenge.mail)}), flow)
            return True
        values, self.typed = {**order, **({"code": self.typed} if self.typed else {})}, ""
        outcome = yield from self._shop(Read("one_time_code", replace(flow, slots=values), self.conversation.language))
        if outcome.proof:
            self.change(proof=outcome.proof, challenge=None)
            self.say(outcome.act)
            return False
        if outcome.act.family != "ask" or outcome.tries_left == 0:
            yield self.hand_over("no_code" if outcome.act.family != "ask" else "identity")
            return True
        if outcome.challenge:
            self.code = (outcome.notify, outcome.salt)
            self.change(challenge=outcome.challenge)
        act = replace(outcome.act, name="ask:code/resent") if self.again else outcome.act
        self.again = False
        yield self.ask("code", act, replace(flow, asked={**flow.asked, "code": 0}))  # its tries have their own limit
        return True

    def signed_in(self, offers: Iterable[Offer]) -> Script:
        """The conversation was opened with a link: of the shop's own page, or any other."""
        if not self.conversation.address.private:
            self.say(Act("go_private"))
            yield self.speak("say")
            return
        flow = Flow("signed_link", "", {"token": self.event.text})
        outcome = yield from self._shop(Read("signed_link", flow, self.conversation.language))
        self.say(outcome.act)
        if outcome.proof:
            self._known_as(outcome.proof)
        if outcome.proof and self.top:
            yield from self.advance(resuming=True)
        else:
            yield self.speak("say", offers=offers)
