"""What comes by the clock, and what platforms report: each act does its own, or nothing once it is overtaken."""

from dataclasses import replace

from bot import deadlines, desk_posts, handoff, idle, promises, snooze
from bot.conversation import Status
from bot.decision import HandoffRequest, Speak
from bot.messages import DeskPost
from bot.notifier import Notifier, with_promises
from bot.results import Results
from bot.turn import Line, TimerChange, TurnResult, TurnStore
from bot.underway import Settings, Turn
from bot.verdicts import Verdicts


class TimerTurn:
    def __init__(
        self,
        *,
        store: TurnStore,
        notifier: Notifier,
        results: Results,
        verdicts: Verdicts,
        settings: Settings,
        terms: desk_posts.Terms,
    ) -> None:
        self._store, self._notifier, self._results, self._verdicts = store, notifier, results, verdicts
        self._settings, self._terms = settings, terms

    def _word(self, key: str) -> str:
        return desk_posts.desk_word(self._terms, key)

    async def turn(self, t: Turn) -> TurnResult:
        conversation, handoff_id = t.conversation, t.first.handoff_id
        match t.first.act:
            case promises.TIMER:
                return await self._notifier.turn(conversation, t.promises, handoff_id, t.now, t.first.source_id)
            case snooze.SNOOZE:
                back = snooze.brought_back(conversation, handoff_id, self._word("back_due"))
                return await self._results.moved(t, back)
            case deadlines.IDLE:
                times = self._settings.long_at(t.now), self._settings.idle_at(t.now)
                note = await self._for_leads(handoff_id, "idle")
                return await self._results.moved(t, idle.over(conversation, handoff_id, note, *times))
            case deadlines.EXPIRES:
                return await self._verdicts.expired(t, handoff_id)
            case deadlines.FIRST_ANSWER | deadlines.SETTLED | deadlines.REMINDS:
                return await self._late(t)
            case handoff.UNCLAIMED:
                return await self._results.moved(t, handoff.waited_long(conversation, handoff_id))
            case "unseen":
                return TurnResult(conversation, (Line("note", desk_posts.unseen(t.first.text, self._terms)),))
            case "blocked" | "unblocked":
                return await self._reachable(t)
            case "undeliverable" if conversation.status is not Status.CLOSED:
                return await self._undeliverable(t)
        return TurnResult(conversation)

    async def failed(self, t: Turn) -> TurnResult:
        """A promise and the end of an approval wait until the shop answers again; nobody waits for other timers."""
        if t.first.act not in (promises.TIMER, deadlines.EXPIRES):
            return TurnResult(t.conversation)
        later = t.now + promises.LOOK_EVERY
        return TurnResult(t.conversation, timers=(TimerChange(t.first.act, t.first.handoff_id, later),))

    async def _late(self, t: Turn) -> TurnResult:
        """A deadline has passed, or the time to decide is nearly over: leads are told."""
        view = await self._store.handoff(t.first.handoff_id)
        note = await self._for_leads(t.first.handoff_id, f"missed_{t.first.act}")
        changes, posts = deadlines.missed(view, t.first.act, note)
        sendings = desk_posts.to_sendings(posts, self._settings.desks, t.first.source_id)
        return TurnResult(t.conversation, sendings=sendings, handoffs=changes)

    async def _for_leads(self, handoff_id: str, word: str) -> DeskPost:
        return deadlines.for_leads(handoff_id, self._word(word), await self._store.leads(), self._word("leads"))

    async def _reachable(self, t: Turn) -> TurnResult:
        """Nothing that was promised is kept for who has blocked us."""
        result = await self._results.moved(t, handoff.reachable(t.conversation, t.first.act, self._terms))
        if t.first.act == "unblocked":
            return result
        return with_promises(result, Speak("say", t.conversation, taken_back=t.promises), t.now)

    async def _undeliverable(self, t: Turn) -> TurnResult:
        """Something said has not arrived: a person is told, or brought in once."""
        told, t.conversation = t.conversation.unreachable, replace(t.conversation, unreachable=True)
        if t.conversation.handoff and t.conversation.status in (Status.WAITING, Status.STAFF):
            return await self._results.moved(t, handoff.undeliverable(t.conversation, self._terms))
        if told:  # what was said at the end of that handoff does not arrive either: not another one
            return TurnResult(t.conversation)
        speak = Speak("handoff", t.conversation, (), handoff=HandoffRequest("undeliverable"))
        return await self._results.spoken(t, speak, {})
