"""What a shopper writes while a person is awaited or talks: it goes to the desks; the bot says nothing of its own."""

from bot import desk_posts, handoff, idle, leaving, opt_in, snooze, talk, transcript
from bot.alarms import alarm
from bot.conversation import Status
from bot.decision import TAKE_BACK, Speak
from bot.facts import Act
from bot.hearing import Hearing
from bot.messages import Kind
from bot.notifier import with_promises
from bot.ports import WriteModes
from bot.results import Results
from bot.suggestion import Suggester
from bot.turn import TurnResult
from bot.underway import Settings, Turn


class Relay:
    def __init__(
        self,
        *,
        hearing: Hearing,
        suggester: Suggester,
        results: Results,
        settings: Settings,
        modes: WriteModes,
        terms: desk_posts.Terms,
    ) -> None:
        self._hearing, self._suggester, self._results = hearing, suggester, results
        self._settings, self._modes, self._terms = settings, modes, terms

    async def turn(self, t: Turn) -> TurnResult:
        if t.first.kind is Kind.START:
            return TurnResult(t.conversation)  # says nothing, and a signed link is nobody's to read
        waiting = t.conversation.status is Status.WAITING
        if waiting and (t.first.button == "bot" or talk.wants_bot(t.text)):
            lines = transcript.user_lines(t.claim.rows, {})
            return await self._results.moved(t, handoff.cancelled(t.conversation, self._terms), lines)
        if t.first.kind is Kind.TEXT and t.text.strip():
            await self._suggest(t)
        reason = alarm(talk.readable(t.text))
        known = t.conversation
        urgent = self._settings.limits.person(reason, known.proof, known.language) if reason else None
        told = desk_posts.suggested(self._as_read(t), t.suggestion, self._terms)
        moved = self._relayed(t, told, urgent)
        lines = transcript.user_lines(t.claim.rows, t.suggested)
        result = await self._results.moved(t, moved if urgent else leaving.left(moved, t.text), lines)
        if t.first.button == TAKE_BACK.value or opt_in.takes_back(talk.readable(t.text)):  # done without a word
            return with_promises(result, Speak("say", t.conversation, taken_back=t.promises), t.now)
        return result

    async def failed(self, t: Turn) -> TurnResult:
        """The words alone, without anything that could fail again."""
        return await self._results.moved(t, self._relayed(t, t.text), transcript.user_lines(t.claim.rows, {}))

    async def _suggest(self, t: Turn) -> None:
        event, understanding = self._hearing.event(t, Kind.TEXT), await self._hearing.understand(t)
        limits = self._settings.limits_under(await self._modes.in_force())
        t.suggestion = await self._suggester.suggest(t.conversation, event, understanding, t.history, limits, t.now)

    def _as_read(self, t: Turn) -> str:
        """Words, files and buttons as text."""
        lost = desk_posts.desk_word(self._terms, "file_lost")
        kept = [f"[{item.kind} {item.name or item.digest[:8]}{'' if item.digest else f': {lost}'}]" for item in t.files]
        pressed = [t.first.button] if t.first.kind is Kind.BUTTON and not t.text else []
        return "\n".join([*filter(None, [t.text]), *kept, *pressed])

    def _relayed(self, t: Turn, text: str, urgent: Act | None = None) -> handoff.Moved:
        """To the desk; what was put away there comes back."""
        moved = handoff.relayed(t.conversation, text, urgent, t.files, t.suggestion, t.newest)
        note = t.conversation.handoff
        back = snooze.brought_back(
            moved.conversation, note.id if note else "", desk_posts.desk_word(self._terms, "back_written")
        )
        return idle.owed(handoff.joined(moved, back), self._settings.idle_at(t.now))
