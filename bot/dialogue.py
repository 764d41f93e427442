"""One turn, steps 5 to 9: from a claimed burst of messages to everything the store has to keep of it.

`_turn` is the crossing: what staff do goes to staff_turn.py, what the clock brings to timer_turn.py, what a shopper
writes while a person has the conversation to relay.py; what the bot answers stands here.

Decides nothing itself: hearing.py loads and understands, policy/ decides, fulfilment.py asks the shop, results.py
says what came of it and gathers what the store keeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import deadlines, leaving, rating, talk, transcript
from bot.briefing import Briefing
from bot.conversation import Status, Understanding
from bot.decision import HandoffRequest, Limits, Notice, Read, Speak, TurnInput
from bot.facts import Act
from bot.fulfilment import Fulfilment
from bot.hearing import Hearing
from bot.messages import Kind, Sender
from bot.notifier import Notifier
from bot.policy import decide
from bot.ports import Clock, Interpreter, WriteModes
from bot.relay import Relay
from bot.results import Results
from bot.skill import Skill
from bot.speech import Speech
from bot.staff_turn import StaffTurn
from bot.suggestion import Suggester
from bot.timer_turn import TimerTurn
from bot.turn import Claim, Rated, TurnResult, TurnStore
from bot.underway import Settings, Turn
from bot.verdicts import Verdicts

MOST_ROUNDS = 6
PERSON = (Status.WAITING, Status.STAFF)  # the conversation is a person's


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
        looks: leaving.Looks | None = None,
    ) -> None:
        """`looks`: None where no mail reaches a shopper who has left the web page."""
        self._store, self._interpreter, self._fulfilment, self._skills = store, interpreter, fulfilment, skills
        self._settings, self._modes = settings, modes
        terms = speech.locale(settings.staff_language).terms  # what staff read
        briefing = Briefing(store, fulfilment, speech, settings, new_id)
        self._hearing = hearing = Hearing(store, interpreter, fulfilment.identity, clock, new_id)
        self._results = results = Results(store, speech, briefing, settings, mails=looks is not None)
        self._suggester = suggester = Suggester(fulfilment, speech, skills)
        verdicts = Verdicts(
            store=store, fulfilment=fulfilment, briefing=briefing, results=results, skills=skills, settings=settings,
            modes=modes, terms=terms, new_id=new_id,
        )  # fmt: skip
        self._staff = StaffTurn(
            store=store, fulfilment=fulfilment, briefing=briefing, speech=speech, results=results, verdicts=verdicts,
            settings=settings, terms=terms, looks=looks,
        )  # fmt: skip
        self._timer = TimerTurn(
            store=store, results=results, verdicts=verdicts, settings=settings, terms=terms,
            notifier=Notifier(fulfilment.look, speech, settings.desks, settings.staff_language),
        )  # fmt: skip
        self._relay = Relay(
            hearing=hearing, suggester=suggester, results=results, settings=settings, modes=modes, terms=terms
        )

    async def turn(self, claim: Claim) -> TurnResult:
        """What this turn leaves behind; nothing of it is stored yet, except begun actions."""
        t = await self._hearing.load(claim)
        return self._timed(t, await self._turn(t))

    async def failed(self, claim: Claim) -> TurnResult:
        """An internal error ended this turn again and again: a person at once, said in written words."""
        t = await self._hearing.load(claim)
        return self._timed(t, await self._failed(t))

    def _timed(self, t: Turn, result: TurnResult) -> TurnResult:
        """With the deadlines of the handoffs that it opens or moves."""
        timers = deadlines.timers(result.handoffs, self._settings.deadlines, self._settings.hours, t.now)
        return replace(result, timers=(*result.timers, *timers), hidden=t.hidden)

    async def _turn(self, t: Turn) -> TurnResult:
        if t.first.sender is Sender.STAFF:
            return await self._staff.turn(t)
        if t.first.sender is Sender.CLOCK:
            return await self._timer.turn(t)
        if t.first.kind is Kind.START and t.first.button == leaving.BACK:
            return TurnResult(leaving.came_back(t.conversation))
        if t.first.kind is Kind.START and t.first.button == leaving.AGAIN:
            return await self._linked_again(t)
        if t.conversation.rating and t.first.kind in (Kind.TEXT, Kind.BUTTON) and (rated := await self._rated(t)):
            return rated
        if t.conversation.status in PERSON:
            return await self._relay.turn(t)
        return await self._bot(t)

    async def _failed(self, t: Turn) -> TurnResult:
        if t.first.sender is Sender.STAFF:
            return await self._staff.failed(t)
        if t.first.sender is Sender.CLOCK:
            return await self._timer.failed(t)
        if t.conversation.status in PERSON:
            return await self._relay.failed(t)
        return await self._bot_failed(t)

    async def _linked_again(self, t: Turn) -> TurnResult:
        mail = await self._store.mailed_to(t.conversation.id)
        letters = [await self._results.letter(leaving.another(mail), t.conversation.language)] if mail else []
        return TurnResult(t.conversation, sendings=tuple(letters))

    async def _rated(self, t: Turn) -> TurnResult | None:
        """A rating that was asked for, or the word after it; None for anything else, which goes on as usual."""
        asked, text = t.conversation.rating, talk.readable(t.text)
        if asked is None:
            return None
        talking = t.conversation.status in PERSON
        given = rating.pressed(asked, t.first.button)
        if given is None and t.first.kind is Kind.TEXT and not talking:
            given = rating.written(asked, text)
        if given and given.word:
            meant = await self._interpreter.understand(given.word, t.history, "")
            given = given if rating.says_how(meant) else None
        if given is None:
            t.conversation = replace(t.conversation, rating=replace(asked, expects=""))
            return None
        thanks = rating.thanked(t.conversation, asked, given)
        said = replace(thanks, acts=()) if talking else thanks  # nobody talks over a person
        result = await self._results.moved(t, said, transcript.user_lines(t.claim.rows, {}))
        return replace(result, rated=Rated(asked.handoff, given.stars, given.word))

    # --- the bot's own turn ------------------------------------------------------------------------------------------

    async def _bot(self, t: Turn) -> TurnResult:
        pending = t.conversation.pending
        kind, button = t.first.kind, t.first.button
        begun = False
        if pending and await self._fulfilment.cut_off(pending):
            kind, button = Kind.BUTTON, f"yes:{pending.id}"  # this turn's yes was heard before a crash
            begun = await self._fulfilment.ran(pending)
        heard = kind in (Kind.TEXT, Kind.FILE) and t.text.strip()
        understanding = await self._hearing.understand(t) if heard else None
        t.mark("understood")
        if understanding is None and not t.conversation.language:
            t.conversation = replace(t.conversation, language=transcript.language_of(t.first.language))
        event = self._hearing.event(t, kind, button, begun=begun)
        limits = self._settings.limits_under(await self._modes.in_force())
        speak = await self._decide(t, event, understanding, limits)
        if t.restarted:
            speak = replace(speak, acts=(Act("restarted", tone="apologetic"), *speak.acts))
        t.mark("decided")
        if understanding and speak.handoff and speak.handoff.kind == "chat":
            t.suggestion = await self._suggester.suggest(
                t.conversation, event, understanding, t.history, limits, t.now
            )
        return await self._results.spoken(t, speak, transcript.heard(understanding, speak, self._settings.limits))

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

    async def _bot_failed(self, t: Turn) -> TurnResult:
        pending, acts = t.conversation.pending, (Act("handoff/error", tone="apologetic"),)
        notices: tuple[Notice, ...] = ()
        if pending and await self._fulfilment.cut_off(pending):
            outcome = await self._fulfilment.effect(pending, t.conversation)
            if outcome:
                skill = next(known for known in self._skills if known.name == pending.skill)
                acts, notices = (outcome.act, *acts), skill.notices(outcome)
            t.effects = True
        t.conversation = replace(t.conversation, flows=(), queue=(), pending=None)
        speak = Speak("handoff", t.conversation, acts, handoff=HandoffRequest("error"), notify=notices)
        return await self._results.spoken(t, speak, {"failure": "error"})
