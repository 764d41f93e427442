"""One turn, steps 5 to 9: from a claimed burst of messages to everything the store has to keep of it.

Decides nothing itself: policy.py decides, fulfilment.py asks the shop, handoff.py knows the ways of people, speech.py
finds the words.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import (
    approval,
    codes,
    deadlines,
    deeds,
    handoff,
    idle,
    leaving,
    notifier,
    opt_in,
    promises,
    rating,
    routing,
    slots,
    snooze,
    transcript,
    waiting,
)
from bot.alarms import alarm
from bot.commerce import Order, WriteMode
from bot.conversation import (
    SESSION_SILENCE,
    Confirmation,
    Conversation,
    Status,
    Understanding,
    Utterance,
    facts_to_json,
)
from bot.decision import TAKE_BACK, HandoffRequest, Limits, Notice, Read, Speak, TurnInput
from bot.errors import BadInput
from bot.facts import Act, Fact, Moment, Number
from bot.fulfilment import Fulfilment
from bot.messages import Attachment, DeskPost, InboundMessage, Kind, Reply, Sender
from bot.opening import OpeningHours
from bot.policy import decide
from bot.ports import CLOSINGS, OPEN, Clock, HandoffView, Interpreter, ModeWish, WriteModes
from bot.promises import Promise
from bot.skill import Outcome, Skill
from bot.speech import Speech
from bot.suggestion import Suggester
from bot.triage import FIRST
from bot.turn import Claim, HandoffChange, Line, Rated, Sending, TimerChange, TurnResult, TurnStore

MOST_ROUNDS = 6
# our question → the model's
_HEARD_AS = {"contact": "email", "lines": "product", "variant": "new_size", "told": "reason", "code": "order_id"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the owner sets about conversations."""

    limits: Limits = field(default_factory=Limits)
    desks: tuple[str, ...] = ("console",)
    wait: timedelta = timedelta(minutes=10)  # unclaimed for so long while people are there: the shopper is told once
    hours: OpeningHours = field(default_factory=OpeningHours)  # when they are
    deadlines: Mapping[str, timedelta] = field(default_factory=dict)  # of each handoff → open time
    staff_language: str = "en"


@dataclass
class Turn:
    """Working state of one turn."""

    claim: Claim
    conversation: Conversation
    history: tuple[Utterance, ...]
    text: str
    now: datetime
    restarted: bool = False  # the stored state could not be read
    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)  # milliseconds since the start, by step
    outcomes: list[Outcome] = field(default_factory=list)
    promises: tuple[Promise, ...] = ()  # that are open
    effects: bool = False  # a write was done: its result is told whatever happens
    code: str = ""  # the one-time code in these messages; their texts do not show it
    hidden: dict[int, str] = field(default_factory=dict)  # inbox row → text without it
    suggestion: str = ""  # for staff: what the bot would have answered

    def mark(self, step: str) -> None:
        self.steps[step] = round((time.perf_counter() - self.started) * 1000, 2)


class Dialogue:
    def __init__(
        self,
        *,
        store: TurnStore,
        interpreter: Interpreter,
        fulfilment: Fulfilment,
        speech: Speech,
        skills: Sequence[Skill],
        settings: Settings,
        modes: WriteModes,
        clock: Clock,
        new_id: Callable[[], str],
        way_back: leaving.WayBack | None = None,
    ) -> None:
        """`way_back`: None where no mail reaches a shopper who has left the web page."""
        self._store, self._interpreter, self._fulfilment, self._speech = store, interpreter, fulfilment, speech
        self._skills, self._settings, self._clock, self._new_id = skills, settings, clock, new_id
        self._way_back = way_back
        self._modes, self._suggester = modes, Suggester(fulfilment, speech, skills)
        self._notifier = notifier.Notifier(fulfilment.look, speech, settings.desks, settings.staff_language)
        self._terms = speech.locale(settings.staff_language).terms  # what staff read

    async def turn(self, claim: Claim) -> TurnResult:
        """What this turn leaves behind; nothing of it is stored yet, except begun actions."""
        t = await self._load(claim)
        return self._timed(t, await self._turn(t))

    async def _turn(self, t: Turn) -> TurnResult:
        first = t.claim.rows[0].message
        if first.sender is Sender.STAFF:
            return await self._staff(t)
        if first.sender is Sender.CLOCK:
            return await self._clock_turn(t)
        if first.kind is Kind.START and first.button == leaving.BACK:
            return TurnResult(leaving.came_back(t.conversation))
        if t.conversation.rating and first.kind in (Kind.TEXT, Kind.BUTTON) and (rated := await self._rated(t)):
            return rated
        if t.conversation.status in (Status.WAITING, Status.STAFF):
            return await self._waiting(t)
        return await self._bot(t)

    async def failed(self, claim: Claim) -> TurnResult:
        """An internal error ended this turn again and again: a person at once, said in written words."""
        t = await self._load(claim)
        return self._timed(t, await self._failed(t))

    def _timed(self, t: Turn, result: TurnResult) -> TurnResult:
        """With the deadlines of the handoffs that it opens or moves."""
        timers = deadlines.timers(result.handoffs, self._settings.deadlines, self._settings.hours, t.now)
        return replace(result, timers=(*result.timers, *timers), hidden=t.hidden)

    async def _failed(self, t: Turn) -> TurnResult:
        first = t.claim.rows[0].message
        if first.sender is not Sender.SHOPPER:
            return self._failed_beside(t, first)
        if t.conversation.status in (Status.WAITING, Status.STAFF):
            moved = self._relayed(t, t.text, files=_files(t))
            return await self._moved(t, moved, transcript.user_lines(t.claim.rows, {}))
        pending, acts = t.conversation.pending, (Act("handoff/error", tone="apologetic"),)
        notices: tuple[Notice, ...] = ()
        if pending and await self._fulfilment.cut_off(pending):
            outcome = await self._fulfilment.effect(pending, t.conversation)
            if outcome:
                acts, notices = (outcome.act, *acts), self._notices(pending.skill, outcome)
            t.effects = True
        t.conversation = replace(t.conversation, flows=(), queue=(), pending=None)
        speak = Speak("handoff", t.conversation, acts, handoff=HandoffRequest("error"), notify=notices)
        return await self._spoken(t, speak, {"failure": "error"})

    def _failed_beside(self, t: Turn, message: InboundMessage) -> TurnResult:
        """What staff wrote reaches the shopper all the same; an act that could not be done is said at the desk."""
        if message.act in (promises.TIMER, deadlines.EXPIRES):  # kept later, when the shop answers again
            later = t.now + promises.LOOK_EVERY
            return TurnResult(t.conversation, timers=(TimerChange(message.act, message.handoff_id, later),))
        if message.sender is not Sender.STAFF:
            return TurnResult(t.conversation)  # another timer: nobody waits for it
        post = handoff.not_done(message.handoff_id, self._terms)
        posts = handoff.to_sendings([post], self._settings.desks, message.source_id)
        if message.kind is not Kind.TEXT:
            return TurnResult(t.conversation, sendings=posts)
        return TurnResult(t.conversation, (_staff_line(message),), (Sending("staff", Reply(message.text)),))

    async def _load(self, claim: Claim) -> Turn:
        conversation, intact = await self._store.load(claim.conversation_id)
        now = self._clock.now()
        shopper = claim.rows[0].message.sender is Sender.SHOPPER
        said_at = claim.rows[0].accepted_at  # not the time of work: a turn done again after a crash must end alike
        silent = conversation.last_seen is not None and said_at - conversation.last_seen > SESSION_SILENCE
        over = conversation.status is Status.CLOSED or (silent and conversation.status is Status.BOT)
        if shopper and over:
            conversation = conversation.new_session()
        if shopper:
            name = claim.rows[-1].message.name or conversation.name
            conversation = replace(conversation, last_seen=now, name=name, unreachable=False)
        history = await self._store.history(conversation.id, conversation.session) if intact else ()
        t = Turn(claim, conversation, history, "", now, restarted=not intact)
        t.promises = await self._store.promises(conversation.id)
        if shopper:
            await self._hide_code(t)
        t.text = "\n".join(row.message.text for row in t.claim.rows if row.message.text)
        return t

    async def _hide_code(self, t: Turn) -> None:
        """Take a one-time code out of what was typed, before anybody reads it: the model, staff, the transcript."""
        expected = any(flow.expects == "code" for flow in t.conversation.flows)
        rows = []
        for row in t.claim.rows:
            text = row.message.text
            answer = codes.given(text) if expected else ""
            for start, end, digits in codes.found(text):
                if digits == answer or await self._fulfilment.identity.is_code(t.conversation, digits):
                    t.code = t.code or digits
                    t.hidden[row.id] = text = codes.hide(text, start, end)
            rows.append(replace(row, message=replace(row.message, text=text)))
        t.claim = replace(t.claim, rows=tuple(rows))

    # --- the bot's own turn ------------------------------------------------------------------------------------------

    async def _bot(self, t: Turn) -> TurnResult:
        first, pending = t.claim.rows[0].message, t.conversation.pending
        kind, button = first.kind, first.button
        begun = False
        if pending and await self._fulfilment.cut_off(pending):
            kind, button = Kind.BUTTON, f"yes:{pending.id}"  # this turn's yes was heard before a crash
            begun = await self._fulfilment.ran(pending)
        understanding = await self._understand(t) if kind in (Kind.TEXT, Kind.FILE) and t.text.strip() else None
        t.mark("understood")
        if understanding is None and not t.conversation.language:
            t.conversation = replace(t.conversation, language=transcript.language_of(first.language))
        event = self._event(t, kind, button, begun=begun)
        limits = await self._limits()
        speak = await self._decide(t, event, understanding, limits)
        if t.restarted:
            speak = replace(speak, acts=(Act("restarted", tone="apologetic"), *speak.acts))
        t.mark("decided")
        if understanding and speak.handoff and speak.handoff.kind == "chat":
            await self._suggest(t, event, understanding, limits)
        return await self._spoken(t, speak, transcript.heard(understanding, speak, self._settings.limits))

    def _event(self, t: Turn, kind: Kind, button: str, *, begun: bool = False) -> TurnInput:
        first = t.claim.rows[0].message
        return TurnInput(
            id=self._new_id(),
            kind=kind,
            text=slots.readable(t.text),
            button=button,
            code=t.code,
            hasty=first.kind is Kind.TEXT and t.claim.rows[0].id <= t.conversation.settled,
            at=t.claim.rows[-1].accepted_at,
            attachments=tuple(item for row in t.claim.rows for item in row.message.attachments),
            promises=t.promises,
            begun=begun,
        )

    async def _limits(self) -> Limits:
        found = await self._modes.in_force()
        return replace(self._settings.limits, modes=found.modes, stopped=found.stopped)

    async def _suggest(self, t: Turn, event: TurnInput, understanding: Understanding, limits: Limits) -> None:
        conversation, history = t.conversation, t.history
        t.suggestion = await self._suggester.suggest(conversation, event, understanding, history, limits, t.now)

    async def _understand(self, t: Turn) -> Understanding:
        top = t.conversation.top
        asked = top.expects.partition("/")[0] if top else ""
        expects = _HEARD_AS.get(asked, asked)
        text = slots.readable(t.text).replace(codes.HIDDEN, "0") if t.code else slots.readable(t.text)
        return await self._interpreter.understand(text, t.history, expects)

    async def _decide(self, t: Turn, event: TurnInput, understanding: Understanding | None, limits: Limits) -> Speak:
        """Steps 7 and 8: decide, do what was asked for, decide again, until there is something to say."""
        for _ in range(MOST_ROUNDS + 1):
            decision = decide(t.conversation, event, understanding, t.outcomes, self._skills, limits, t.now)
            if isinstance(decision, Speak):
                return decision
            if isinstance(decision, Read):
                proof = next((outcome.proof for outcome in reversed(t.outcomes) if outcome.proof), t.conversation.proof)
                held = proof if proof and proof.until > (event.at or t.now) else None
                t.outcomes.append(await self._fulfilment.read(decision, t.conversation, held, event.text, t.now))
                continue
            outcome = await self._fulfilment.perform(
                decision.confirmation, "shopper", t.conversation, unless_after=t.claim.rows[-1].id
            )
            if outcome is None:
                event = replace(event, later_waits=True)
            else:
                t.effects = True
                t.outcomes.append(outcome)
        raise RuntimeError(f"no end after {MOST_ROUNDS} rounds: {[outcome.act.name for outcome in t.outcomes]}")

    # --- people ------------------------------------------------------------------------------------------------------

    async def _waiting(self, t: Turn) -> TurnResult:
        """A person is awaited or talks: the bot says nothing of its own."""
        first = t.claim.rows[0].message
        if first.kind is Kind.START:
            return TurnResult(t.conversation)  # says nothing, and a signed link is nobody's to read
        waiting = t.conversation.status is Status.WAITING
        if waiting and (first.button == "bot" or slots.wants_bot(t.text)):
            lines = transcript.user_lines(t.claim.rows, {})
            return await self._moved(t, handoff.cancelled(t.conversation, self._terms), lines)
        if first.kind is Kind.TEXT and t.text.strip():
            event = self._event(t, Kind.TEXT, "")
            await self._suggest(t, event, await self._understand(t), await self._limits())
        lost = self._terms.get("desk", {}).get("file_lost", "not kept")
        files = _files(t)
        kept = [f"[{item.kind} {item.name or item.digest[:8]}{'' if item.digest else f': {lost}'}]" for item in files]
        pressed = [first.button] if first.kind is Kind.BUTTON and not t.text else []
        text, reason = "\n".join([*filter(None, [t.text]), *kept, *pressed]), alarm(slots.readable(t.text))
        urgent = self._settings.limits.person(reason, t.conversation.proof) if reason else None
        told = handoff.suggested(text, t.suggestion, self._terms)
        lines = transcript.user_lines(t.claim.rows, _suggestion(t))
        moved = self._relayed(t, told, urgent, files)
        result = await self._moved(t, moved if urgent else leaving.left(moved, t.text), lines)
        if first.button == TAKE_BACK.value or opt_in.takes_back(slots.readable(t.text)):  # done without a word
            speak = Speak("say", t.conversation, taken_back=t.promises)
            result = self._with_promises(t, result, speak)
        return result

    async def _rated(self, t: Turn) -> TurnResult | None:
        """A rating that was asked for, or the word after it; None for anything else, which goes on as usual."""
        asked, first, text = t.conversation.rating, t.claim.rows[0].message, slots.readable(t.text)
        if asked is None:
            return None
        talking = t.conversation.status in (Status.WAITING, Status.STAFF)
        given = rating.pressed(asked, first.button)
        if given is None and first.kind is Kind.TEXT and not talking:
            given = rating.written(asked, text)
        if given and given.word:
            meant = await self._interpreter.understand(given.word, t.history, "")
            given = given if rating.says_how(meant) else None
        if given is None:
            t.conversation = replace(t.conversation, rating=replace(asked, expects=""))
            return None
        thanks = rating.thanked(t.conversation, asked, given)
        said = replace(thanks, acts=()) if talking else thanks  # nobody talks over a person
        result = await self._moved(t, said, transcript.user_lines(t.claim.rows, {}))
        return replace(result, rated=Rated(asked.handoff, given.stars, given.word))

    def _relayed(
        self, t: Turn, text: str, urgent: Act | None = None, files: Sequence[Attachment] = ()
    ) -> handoff.Moved:
        """To the desk; what was put away there comes back."""
        moved, note = handoff.relayed(t.conversation, text, urgent, files, t.suggestion), t.conversation.handoff
        back = snooze.brought_back(moved.conversation, note.id if note else "", self._word("back_written"))
        return idle.owed(handoff.joined(moved, back), self._idle_at(t))

    def _idle_at(self, t: Turn) -> datetime:
        """When who has claimed it has been silent for too long."""
        return self._settings.hours.after(t.now, self._settings.deadlines.get(deadlines.IDLE, idle.AFTER))

    def _long_at(self, t: Turn) -> datetime:
        """When a wait that begins now is a long one."""
        return self._settings.hours.after(t.now, self._settings.wait)

    def _word(self, key: str) -> str:
        return self._terms.get("desk", {}).get(key, key)

    async def _staff(self, t: Turn) -> TurnResult:
        message = t.claim.rows[0].message
        view = await self._store.handoff(message.handoff_id) if message.handoff_id else None
        handoff_id = view.id if view else (t.conversation.handoff.id if t.conversation.handoff else "")
        if message.kind is Kind.TEXT:
            beside = view is not None and view.kind == "approval"  # writing there says something, it takes nothing over
            moved = (
                handoff.Moved(t.conversation)
                if beside
                else idle.paid(handoff.claimed(t.conversation, handoff_id, message.name, self._terms, writes=True))
            )
            result = await self._moved(t, moved, ())
            sending = Sending("staff", Reply(message.text))
            result = replace(
                result, lines=(*result.lines, _staff_line(message)), sendings=(*result.sendings, sending)
            )  # fmt: skip
            return await self._mailed(t, result, message) if self._way_back else result
        match message.act:
            case "claim" | "assign" if not await self._has_room(t, handoff_id, message.value or message.name):
                words = f"{self._word('full')} {message.value or message.name}"
                return await self._said_at_desks(t, message, handoff_id, words)
            case "claim":
                claimed = handoff.claimed(t.conversation, handoff_id, message.name, self._terms)
                taken = claimed.conversation != t.conversation  # else somebody had it, and may have answered
                return await self._moved(t, idle.owed(claimed, self._idle_at(t)) if taken else claimed, ())
            case idle.RELEASE:
                note = f"{self._word(message.value or 'released')} {message.name}"
                return await self._moved(t, idle.released(t.conversation, handoff_id, note, self._long_at(t)), ())
            case "note":
                return self._noted(t, message, handoff_id)
            case "assign" if message.value in await self._store.colleagues():
                moved = handoff.assigned(t.conversation, handoff_id, message.value, message.name, self._terms)
                return await self._moved(t, moved, ())
            case "assign":
                post = handoff.no_colleague(handoff_id, message.value, self._terms)
                return await self._moved(t, handoff.Moved(t.conversation, posts=(post,)), ())
            case "back":
                return await self._moved(t, handoff.given_back(t.conversation, handoff_id, self._terms), ())
            case snooze.SNOOZE:
                return await self._moved(t, self._put_away(t, handoff_id, message.text), ())
            case "close" if view and view.kind == "case" and view.status in OPEN:
                await self._settle(t, view.id, message.staff)
                return await self._moved(t, self._closed(t, handoff_id), ())
            case "close":
                closed = self._closed(t, handoff_id)
                fit = rating.may_be_asked(t.conversation, view)
                if fit and not await self._fulfilment.in_dispute(t.conversation, t.now):
                    closed = rating.asked(closed, handoff_id)
                return await self._moved(t, closed, ())
            case deed if deed in deeds.DEEDS and view and view.kind != "approval":
                if view.status not in OPEN:  # an old card: the shopper may have come to talk of another order
                    return await self._said_at_desks(t, message, handoff_id, self._word("over"))
                return await self._proposed(t, message, view)
            case "mode_automatic" | "mode_off" if view and view.kind == "approval":
                return await self._mode_set(t, message, view.id)
            case "approve" | "decline" | "do" | "drop" if view and view.kind == "approval" and view.status in OPEN:
                if message.act not in handoff.approval_acts(view.reason):  # its card has no such button
                    return TurnResult(t.conversation)
                return await self._decided(t, view, message.name, approve=message.act in ("approve", "do"))
            case "approve" | "decline" | "do" | "drop" if view and view.kind == "approval":
                post = DeskPost(view.id, "note", f"{self._word('decided_over')} {self._word(f'ended_{view.status}')}")
                return await self._moved(t, handoff.Moved(t.conversation, posts=(post,)), ())
        return TurnResult(t.conversation)

    async def _has_room(self, t: Turn, handoff_id: str, name: str) -> bool:
        """Whether he may take one more; what he has already is none more."""
        note = t.conversation.handoff
        has = note is not None and note.id == handoff_id and note.awaits == name
        return has or not routing.full(await self._store.crew(), name)

    async def _mailed(self, t: Turn, result: TurnResult, message: InboundMessage) -> TurnResult:
        """The answer goes to the address that the shopper left, when he has gone."""
        if self._way_back is None:
            return result
        notice, left = leaving.answered(result.conversation, message.name, t.now, self._way_back)
        if notice is None:
            return result
        told = await self._speech.sentences((notice.act,), left.language or "en")
        letter = Sending("notice", Reply(f"{told.text}\n\n{message.text}"), mail=notice.mail)
        return replace(result, conversation=left, sendings=(*result.sendings, letter))

    def _put_away(self, t: Turn, handoff_id: str, text: str) -> handoff.Moved:
        try:
            back = snooze.until(text, self._settings.hours, t.now)
        except BadInput as wrong:
            return handoff.Moved(t.conversation, posts=(DeskPost(handoff_id, "note", str(wrong)),))
        when = self._speech.say(Moment(back), self._settings.staff_language)
        return snooze.put_away(t.conversation, handoff_id, back, f"{self._word('away')} {when}")

    def _closed(self, t: Turn, handoff_id: str) -> handoff.Moved:
        why = t.claim.rows[0].message.value
        return handoff.closed(t.conversation, handoff_id, self._terms, why if why in CLOSINGS else "")

    def _noted(self, t: Turn, message: InboundMessage, handoff_id: str) -> TurnResult:
        """A text of staff for each other claims nothing; the desk it was written at shows it already."""
        desks = [desk for desk in self._settings.desks if desk != message.address.channel]
        posts = handoff.to_sendings([handoff.noted(handoff_id, message.name, message.text)], desks, message.source_id)
        return TurnResult(t.conversation, (_staff_line(message, "note"),), posts)

    async def _mode_set(self, t: Turn, message: InboundMessage, handoff_id: str) -> TurnResult:
        """From the next message on the bot goes further, or not so far, with writes like this one."""
        pending = await self._confirmed(handoff_id)
        mode = WriteMode(message.act.removeprefix("mode_"))
        verb = self._terms.get("verb", {}).get(pending.verb, pending.verb)
        try:
            await self._modes.set_modes([ModeWish(pending.market, pending.verb, mode)], message.staff)
            text = f"{verb} ({pending.market}): {self._word(f'set_{message.act}')}"
        except BadInput as wrong:
            text = str(wrong)
        return await self._said_at_desks(t, message, handoff_id, text)

    async def _said_at_desks(self, t: Turn, message: InboundMessage, handoff_id: str, text: str) -> TurnResult:
        """What came of an act, for every desk and the console."""
        post = handoff.noted(handoff_id, message.name, text)
        line = Line("note", text, author=message.name, record={"source_id": message.source_id})
        return await self._moved(t, handoff.Moved(t.conversation, posts=(post,)), (line,))

    async def _proposed(self, t: Turn, message: InboundMessage, view: HandoffView) -> TurnResult:
        """Staff want something done about the order: it is quoted, and done when it is confirmed."""
        case, proof = await self._store.confirmation(view.id), t.conversation.proof
        number = case.arguments.get("order", "") if case else handoff.order_of(t.conversation)
        order = await self._fulfilment.order(number, proof)
        if order is None or proof is None:
            return await self._said_at_desks(t, message, view.id, self._word("no_order"))
        given = deeds.Given(message.value.replace(",", "."), f"GIFT-{self._new_id()[:12].upper()}")
        quote = await self._fulfilment.deed(message.act, order, proof, given)
        if quote is None:
            words = f"{self._word(message.act)}: {self._word('no_deed')} ({order.number})"
            return await self._said_at_desks(t, message, view.id, words)
        limits = self._settings.limits
        lasts = timedelta(minutes=limits.confirmation_minutes)
        write = deeds.confirmation(message.act, quote, self._new_id(), limits, t.now, lasts)
        reason = deeds.ABOVE_LIMIT if write.needs_approval else deeds.BY_STAFF
        moved = await self._opened(t, Speak("say", t.conversation), HandoffRequest(reason, write, "approval"))
        return await self._moved(t, moved, ())

    async def _confirmed(self, handoff_id: str) -> Confirmation:
        pending = await self._store.confirmation(handoff_id)
        if pending is None:
            raise LookupError(f"approval {handoff_id} has lost its confirmation")
        return pending

    async def _decided(self, t: Turn, view: HandoffView, staff: str, *, approve: bool) -> TurnResult:
        """Staff approved or declined a write: it runs now, or the shopper, if he asked for it, is told no.

        An earlier yes that was cut off counts, once the write may have had its effect.
        """
        handoff_id, pending = view.id, await self._confirmed(view.id)
        if approve := approve or await self._fulfilment.has_run(pending):
            by = f"staff:{t.claim.rows[0].message.staff}"
            outcome = await self._fulfilment.perform(pending, by, t.conversation, unless_after=None)
            if outcome is None:
                raise LookupError("a write without a later message to wait for was put off")
        else:
            outcome = Outcome(Act(f"refused:{pending.skill}/declined", pending.act.facts))
        t.effects = True
        left, done = approval.without(t.conversation, handoff_id), outcome.act.family in ("done", "pending")
        change = HandoffChange(handoff_id, "approved" if approve else "declined", claimed_by=staff)
        if view.reason in deeds.PROPOSED and not done:  # the shopper knows nothing of it
            status = "not_allowed" if approve else "dropped"
            return await self._over(t, Speak("say", left), change, self._word(f"ended_{status}"))
        cases = () if view.reason in deeds.PROPOSED else self._cases(pending, outcome)
        speak = Speak(
            "say", left, (outcome.act,), cards=outcome.cards, notify=self._notices(pending.skill, outcome), cases=cases
        )
        return await self._over(t, speak, change)

    async def _expired(self, t: Turn, view: HandoffView | None) -> TurnResult:
        """Nobody has decided on a write in time: it is not done."""
        pending = await self._store.confirmation(view.id) if view and view.status == "waiting" else None
        if view is None or pending is None:
            return TurnResult(t.conversation)
        if await self._fulfilment.has_run(pending):
            return await self._decided(t, view, "", approve=True)
        t.effects = True
        if view.reason in deeds.PROPOSED:  # the shopper knows nothing of it
            speak = Speak("say", approval.without(t.conversation, view.id))
        else:
            skill = next(known for known in self._skills if known.name == pending.skill)
            speak = approval.expired(t.conversation, view.id, skill.intents[0])
        return await self._over(t, speak, HandoffChange(view.id, "expired"))

    async def _over(self, t: Turn, speak: Speak, change: HandoffChange, words: str = "") -> TurnResult:
        """An approval has ended: the shopper hears of it, and so do the desks; `words` in place of the usual ones."""
        result = await self._spoken(t, speak, {})
        post = handoff.decided(change.id, change.status, self._terms)
        post = replace(post, text=words or post.text)
        ended = handoff.to_sendings([post], self._settings.desks, t.claim.rows[0].message.source_id)
        noted = (Line("note", words, author=change.claimed_by),) if words else ()
        return replace(
            result, lines=(*result.lines, *noted), handoffs=(*result.handoffs, change),
            sendings=(*result.sendings, *ended),
        )  # fmt: skip

    def _cases(self, pending: Confirmation, outcome: Outcome) -> tuple[HandoffRequest, ...]:
        """What staff's yes gives them to do; what a rule left to them is settled by it."""
        cases = [outcome.handoff] if outcome.handoff else []
        reason = next(skill.case for skill in self._skills if skill.name == pending.skill)
        if outcome.act.family == "done" and reason and pending.needs_approval != "rule":
            cases.append(HandoffRequest(reason, pending, "case", pending.act.facts))
        return tuple(cases)

    async def _settle(self, t: Turn, handoff_id: str, staff: str) -> None:
        """Staff have closed a case: its claim is no longer open in the shop, whatever the order has been through."""
        pending = await self._store.confirmation(handoff_id)
        if pending is None:  # a case that is in no book of the shop: what was collected for staff
            return
        settled = replace(pending, id=f"{handoff_id}.settled", verb="settle_claim", version=0)
        await self._fulfilment.perform(settled, f"staff:{staff}", t.conversation, unless_after=None)

    async def _clock_turn(self, t: Turn) -> TurnResult:
        message = t.claim.rows[0].message
        if message.act == promises.TIMER:
            return await self._notifier.turn(
                t.conversation, t.promises, message.handoff_id, t.now, message.source_id
            )
        if message.act == "unseen":
            return TurnResult(t.conversation, (Line("note", handoff.unseen(message.text, self._terms)),))
        if message.act == snooze.SNOOZE:
            back = snooze.brought_back(t.conversation, message.handoff_id, self._word("back_due"))
            return await self._moved(t, back, ())
        if message.act == deadlines.IDLE:
            words, times = self._word("idle"), (self._long_at(t), self._idle_at(t))
            return await self._moved(t, idle.over(t.conversation, message.handoff_id, words, *times), ())
        if message.act == deadlines.EXPIRES:
            return await self._expired(t, await self._store.handoff(message.handoff_id))
        if message.act in (*deadlines.KINDS, deadlines.REMINDS):
            return await self._late(t, message)
        if message.act == handoff.UNCLAIMED:
            return await self._moved(t, self._offered(handoff.waited_long(t.conversation, message.handoff_id)), ())
        if message.act in ("blocked", "unblocked"):
            result = await self._moved(t, handoff.reachable(t.conversation, message.act, self._terms), ())
            if message.act == "unblocked":
                return result
            return self._with_promises(t, result, Speak("say", t.conversation, taken_back=t.promises))
        if message.act != "undeliverable" or t.conversation.status is Status.CLOSED:
            return TurnResult(t.conversation)
        told, t.conversation = t.conversation.unreachable, replace(t.conversation, unreachable=True)
        if t.conversation.handoff and t.conversation.status in (Status.WAITING, Status.STAFF):
            return await self._moved(t, handoff.undeliverable(t.conversation, self._terms), ())
        if told:  # what was said at the end of that handoff does not arrive either: not another one
            return TurnResult(t.conversation)
        speak = Speak("handoff", t.conversation, (), handoff=HandoffRequest("undeliverable"))
        return await self._spoken(t, speak, {})

    def _offered(self, moved: handoff.Moved) -> handoff.Moved:
        """With the offer to leave an address, where a mail can be sent to it."""
        if self._way_back is None:
            return moved
        acts, conversation = leaving.offered(moved.acts, moved.conversation)
        return replace(moved, acts=acts, conversation=conversation)

    async def _late(self, t: Turn, message: InboundMessage) -> TurnResult:
        """A deadline has passed, or the time to decide is nearly over: leads are told."""
        view, leads = await self._store.handoff(message.handoff_id), await self._store.leads()
        words = deadlines.for_leads(self._word(f"missed_{message.act}"), leads, self._word("leads"))
        changes, posts = deadlines.missed(view, message.act, words)
        sendings = handoff.to_sendings(posts, self._settings.desks, message.source_id)
        return TurnResult(t.conversation, sendings=sendings, handoffs=changes)

    # --- what is left behind -----------------------------------------------------------------------------------------

    async def _moved(self, t: Turn, moved: handoff.Moved, lines: tuple[Line, ...]) -> TurnResult:
        """The result of a handoff event: said, posted, timed."""
        speak = Speak("say", moved.conversation, moved.acts, moved.offers)
        reply, spoken = await self._speech.reply(speak, t.history)
        said = (
            (
                transcript.bot_line(
                    reply, {"kind": "handoff", "acts": [act.name for act in moved.acts], **transcript.figures(spoken)}
                ),
            )
            if reply
            else ()
        )
        sendings = (Sending("handoff", reply),) if reply else ()
        posts = handoff.to_sendings(moved.posts, self._settings.desks, t.claim.rows[0].message.source_id)
        return TurnResult(moved.conversation, (*lines, *said), (*sendings, *posts), moved.changes, moved.timers)

    async def _spoken(self, t: Turn, speak: Speak, heard: Mapping[str, Any]) -> TurnResult:
        """The result of the bot's own turn, with the handoff it may open."""
        if speak.handoff and speak.handoff.kind == "chat" and speak.acts:
            claims = await self._store.claims()
            speak = waiting.told(speak, speak.handoff.reason, self._settings.hours, claims, t.now)
            said = self._offered(handoff.Moved(speak.conversation, speak.acts))
            speak = replace(speak, conversation=said.conversation, acts=said.acts)
        reply, spoken = await self._speech.reply(speak, t.history)
        t.mark("written")
        moved = await self._opened(t, speak, speak.handoff) if speak.handoff else handoff.Moved(speak.conversation)
        for case in speak.cases:
            beside = await self._opened(t, replace(speak, conversation=moved.conversation), case)
            moved = handoff.joined(moved, beside)
        kind = "handoff" if speak.handoff else "result" if t.effects else "reply"
        record = {
            **heard,
            **_suggestion(t),
            "decision": speak.kind,
            "acts": [act.name for act in speak.acts],
            "outcomes": [
                {"act": outcome.act.name, "facts": facts_to_json(outcome.act.facts)} for outcome in t.outcomes
            ],
            "steps": t.steps,
            **transcript.figures(spoken),
        }
        lines: list[Line] = list(transcript.user_lines(t.claim.rows, record))
        sendings: list[Sending] = []
        if reply:
            lines.append(transcript.bot_line(reply, {"kind": kind, "acts": record["acts"]}))
            sendings.append(Sending(kind, reply, handoff_id=moved.changes[0].id if moved.changes else ""))
        for notice in speak.notify:
            told = await self._speech.sentences((notice.act,), speak.conversation.language or "en")
            sendings.append(Sending("notice", Reply(told.text, attachments=notice.files), mail=notice.mail))
        if speak.code:
            mail, salt = speak.code
            lasts = {"minutes": Number(codes.MINUTES)}
            letter = await self._speech.sentences((Act("notice:code", lasts),), speak.conversation.language or "en")
            sendings.append(Sending("code", Reply(letter.text, salt=salt), mail=mail))
        sendings += handoff.to_sendings(moved.posts, self._settings.desks, t.claim.rows[0].message.source_id)
        result = TurnResult(moved.conversation, tuple(lines), tuple(sendings), moved.changes, moved.timers)
        return self._with_promises(t, result, speak)

    def _with_promises(self, t: Turn, result: TurnResult, speak: Speak) -> TurnResult:
        changes, timers = notifier.changes(speak, t.now)
        return replace(result, promises=changes, timers=(*result.timers, *timers))

    def _notices(self, skill: str, outcome: Outcome) -> tuple[Notice, ...]:
        return next(known for known in self._skills if known.name == skill).notices(outcome)

    async def _opened(self, t: Turn, speak: Speak, request: HandoffRequest) -> handoff.Moved:
        """The handoff that this decision asks for, with what staff need to know."""
        before = replace(speak.conversation, flows=t.conversation.flows, queue=t.conversation.queue)
        status = "closed" if request.kind == "note" else "waiting"
        number = request.write.arguments.get("order", "") if request.write else handoff.order_of(before)
        # what comes first anyhow waits for no shop, and where an error brings in a person it may be the shop's
        asks = status == "waiting" and request.reason not in FIRST | {"error"}
        order = await self._fulfilment.order(number, before.proof) if asks else None
        text = await self._told(t, request, before, order)
        if request.kind in ("chat", "case"):
            fit = routing.fitting(await self._store.crew(), before.language, request.reason)
            text = f"{text}\n{self._word('fits')} {', '.join(fit)}" if fit else text
        change = HandoffChange(
            self._new_id(), status, request.kind, request.reason, text, request.write, opening=True,
            packed_by=order.packed_by if order else None,
        )  # fmt: skip
        wait = self._long_at(t) - t.now
        suggestion = t.suggestion if request.kind == "chat" else ""
        sent = dict.fromkeys(filter(None, t.conversation.memory.get("files", "").split(",")))  # before this turn
        files = [*(Attachment("document", digest=digest) for digest in sent), *_files(t)]
        able = await self._able(order, before) if request.kind in ("chat", "case") else ()
        return handoff.opened(speak.conversation, change, t.now, wait, self._terms, files, suggestion, able)

    async def _able(self, order: Order | None, conversation: Conversation) -> Sequence[str]:
        """What staff could do about the order right now."""
        proof = conversation.proof
        if order is None or proof is None:
            return ()
        return [name for name in deeds.DEEDS if await self._fulfilment.deed(name, order, proof)]

    async def _told(
        self, t: Turn, request: HandoffRequest, conversation: Conversation, order: Order | None
    ) -> str:
        """What staff read of a handoff, in their language."""
        def say(fact: Fact) -> str:
            return self._speech.say(fact, self._settings.staff_language)

        if request.kind == "approval" and request.write:
            buyer = await self._fulfilment.buyer(order, conversation.proof)
            limits = self._settings.limits
            by = t.claim.rows[0].message.name if request.reason in deeds.PROPOSED else ""
            return approval.card(request.write, buyer, conversation, t.history, t.text, limits, self._terms, say, by)
        facts = {name: say(fact) for name, fact in request.facts.items()}
        return handoff.case_summary(facts, conversation, request.reason, t.history, self._terms, t.text)


def _files(t: Turn) -> list[Attachment]:
    return [item for row in t.claim.rows for item in row.message.attachments]


def _suggestion(t: Turn) -> dict[str, Any]:
    return {"suggestion": t.suggestion} if t.suggestion else {}


def _staff_line(message: InboundMessage, speaker: str = "staff") -> Line:
    return Line(speaker, message.text, author=message.name, record={"source_id": message.source_id})
