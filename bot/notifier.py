"""Keeps what was promised: looks when its timer is due, tells the shopper once, or puts the timer on again.

It is said whoever has the conversation, and changes nothing of it; a person who has it, or is awaited, reads it too.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import desk_posts, transcript
from bot.conversation import Conversation, Status
from bot.decision import Speak, tell_me
from bot.facts import Act
from bot.messages import DeskPost
from bot.promises import TIMER, Awaited, Promise
from bot.skills.notices import Look
from bot.speech import Speech
from bot.turn import PromiseChange, Sending, TimerChange, TurnResult

LookUp = Callable[[Promise, Conversation, datetime], Awaitable[Look]]


def with_promises(result: TurnResult, speak: Speak, now: datetime) -> TurnResult:
    """With what a turn of the shopper makes of his promises, and their timers."""
    made = [(PromiseChange(one, "open"), TimerChange(TIMER, one.id, one.next_look(now))) for one in speak.promised]
    gone = [ended(promise, "taken_back") for promise in speak.taken_back]
    return replace(
        result,
        promises=tuple(change for change, _ in (*made, *gone)),
        timers=(*result.timers, *(timer for _, timer in (*made, *gone))),
    )


def ended(promise: Promise, state: str) -> tuple[PromiseChange, TimerChange]:
    return PromiseChange(promise, state), TimerChange(TIMER, promise.id, None)


class Notifier:
    def __init__(self, look: LookUp, speech: Speech, desks: Sequence[str], staff_language: str) -> None:
        self._look, self._speech, self._desks, self._staff_language = look, speech, desks, staff_language

    async def turn(
        self, conversation: Conversation, open_ones: Sequence[Promise], promise_id: str, now: datetime, source_id: str
    ) -> TurnResult:
        """The turn of a timer that was due; one that was taken back meanwhile does nothing."""
        promise = next((one for one in open_ones if one.id == promise_id), None)
        if promise is None:
            return TurnResult(conversation)
        look = await self._look(promise, conversation, now)
        if look.act is None and not look.over and now < promise.until:
            return TurnResult(conversation, timers=(TimerChange(TIMER, promise.id, promise.next_look(now)),))
        if look.act is None:
            return TurnResult(conversation, promises=(PromiseChange(promise, "over"),))
        offers = tell_me(Awaited.SENT, promise.subject) if look.act.name == "notice:sent/part" else ()
        speak = Speak("say", conversation, (look.act,), offers, look.cards)
        return await self._told(speak, look.act, promise, open_ones, source_id)

    async def _told(
        self, speak: Speak, act: Act, promise: Promise, open_ones: Sequence[Promise], source_id: str
    ) -> TurnResult:
        reply, spoken = await self._speech.reply(speak, ())
        if reply is None:
            raise LookupError(f"{act.name} says nothing")
        line = transcript.bot_line(reply, {"kind": "notice", "acts": [act.name], **transcript.figures(spoken)})
        posts = desk_posts.to_sendings(await self._for_staff(speak.conversation, act), self._desks, source_id)
        also = [one for one in open_ones if one != promise and _said_with(act, promise, one)]
        rest = [ended(one, "over") for one in also]
        return TurnResult(
            speak.conversation, (line,), (Sending("notice", reply), *posts),
            promises=(PromiseChange(promise, "told"), *(change for change, _ in rest)),
            timers=tuple(timer for _, timer in rest),
        )  # fmt: skip

    async def _for_staff(self, conversation: Conversation, act: Act) -> tuple[DeskPost, ...]:
        """What is shown to the person who has the conversation, or is awaited."""
        if conversation.handoff is None or conversation.status not in (Status.WAITING, Status.STAFF):
            return ()
        words: Mapping[str, str] = self._speech.locale(self._staff_language).terms.get("desk", {})
        said = await self._speech.sentences((act,), self._staff_language)
        return (DeskPost(conversation.handoff.id, "note", f"{words.get('notice', 'notice')} {said.text}"),)


def _said_with(act: Act, promise: Promise, other: Promise) -> bool:
    """That an order was cancelled is said once, whatever else was to be told of its way."""
    of_its_way = (Awaited.SENT, Awaited.DELAYED)
    return act.name == "notice:cancelled" and other.subject == promise.subject and other.awaited in of_its_way
