"""What staff do: write to the shopper or to one another, and the acts of their desks on a handoff.

What becomes of the conversation is decided in handoff.py, idle.py, snooze.py and rating.py; writes that staff decide on
have verdicts.py.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot import deeds, desk_posts, handoff, idle, leaving, rating, routing, snooze, transcript
from bot.briefing import Briefing
from bot.conversation import Conversation, Status
from bot.decision import HandoffRequest
from bot.errors import BadInput
from bot.facts import Moment
from bot.fulfilment import Fulfilment
from bot.messages import DeskPost, InboundMessage, Kind, Reply, Sender
from bot.office import CLOSINGS, OPEN, HandoffView
from bot.results import Results
from bot.speech import Speech
from bot.turn import Accepted, Line, Sending, TurnResult, TurnStore
from bot.underway import Settings, Turn
from bot.verdicts import CARD_ACTS, Verdicts

MOST_SHOWN = 5  # messages that have overtaken a suggestion


class StaffTurn:
    def __init__(
        self,
        *,
        store: TurnStore,
        fulfilment: Fulfilment,
        briefing: Briefing,
        speech: Speech,
        results: Results,
        verdicts: Verdicts,
        settings: Settings,
        terms: desk_posts.Terms,
        looks: leaving.Looks | None,
    ) -> None:
        self._store, self._fulfilment, self._briefing, self._speech = store, fulfilment, briefing, speech
        self._results, self._verdicts = results, verdicts
        self._settings, self._terms, self._looks = settings, terms, looks

    def _word(self, key: str) -> str:
        return desk_posts.desk_word(self._terms, key)

    async def turn(self, t: Turn) -> TurnResult:
        if t.first.conversation_id:
            return await self._taken_over(t)
        view = await self._store.handoff(t.first.handoff_id) if t.first.handoff_id else None
        handoff_id = view.id if view else (t.conversation.handoff.id if t.conversation.handoff else "")
        if t.first.kind is Kind.TEXT:
            return await self._wrote(t, view, handoff_id)
        if t.first.act == "note":
            return self._noted(t, handoff_id)
        if view and view.kind == "approval" and t.first.act in CARD_ACTS:
            return await self._verdicts.given(t, view)
        if view and view.kind != "approval" and t.first.act in deeds.DEEDS:
            if view.status not in OPEN:  # an old card: the shopper may have come to talk of another order
                return await self._results.noted(t, handoff_id, self._word("over"))
            return await self._verdicts.proposed(t, view)
        if t.first.act in ("claim", "assign") and not await self._has_room(t, handoff_id):
            return await self._results.noted(t, handoff_id, f"{self._word('full')} {t.first.value or t.first.name}")
        return await self._results.moved(t, await self._moved(t, view, handoff_id))

    async def failed(self, t: Turn) -> TurnResult:
        """What staff wrote reaches the shopper all the same; an act that could not be done is said at the desk."""
        post = desk_posts.not_done(t.first.handoff_id, self._terms)
        posts = desk_posts.to_sendings([post], self._settings.desks, t.first.source_id)
        if t.first.kind is not Kind.TEXT:
            return TurnResult(t.conversation, sendings=posts)
        sending = Sending("staff", Reply(t.first.text))
        return TurnResult(t.conversation, (transcript.staff_line(t.first),), (sending,))

    async def _taken_over(self, t: Turn) -> TurnResult:
        """A conversation that is on no desk comes onto all of them, and is his: by writing, or by a button."""
        by, writes, opened = t.first.name, t.first.kind is Kind.TEXT, handoff.Moved(t.conversation)
        if not writes and routing.full(await self._store.crew(), t.first.who):
            return TurnResult(t.conversation, (Line("note", f"{self._word('full')} {by}", author=by),))
        if t.conversation.status not in (Status.WAITING, Status.STAFF):  # else somebody came meanwhile
            t.text = ""  # nothing of it was said by the shopper
            opened = await self._briefing.opened(t, t.conversation, HandoffRequest("taken_over"))
        handoff_id = opened.conversation.handoff.id if opened.conversation.handoff else ""
        moved = handoff.joined(opened, idle.paid(self._claimed(t, opened.conversation, handoff_id, writes=writes)))
        return await self._said(t, moved) if writes else await self._results.moved(t, moved)

    # --- what they write ---------------------------------------------------------------------------------------------

    async def _wrote(self, t: Turn, view: HandoffView | None, handoff_id: str) -> TurnResult:
        """To the shopper: who writes takes the conversation over, but not beside a write that waits for a decision."""
        if t.first.answers is not None and (later := await self._later(t, t.first.answers)):
            return await self._overtaken(t, handoff_id, later)
        moved = handoff.Moved(t.conversation)
        if view is None or view.kind != "approval":
            moved = idle.paid(self._claimed(t, t.conversation, handoff_id, writes=True))
        return await self._said(t, moved)

    async def _said(self, t: Turn, moved: handoff.Moved) -> TurnResult:
        result = await self._results.moved(t, moved)
        lines = (*result.lines, transcript.staff_line(t.first))
        sendings = (*result.sendings, Sending("staff", Reply(t.first.text)))
        return await self._mailed(t, replace(result, lines=lines, sendings=sendings))

    async def _later(self, t: Turn, answers: int) -> list[Accepted]:
        said = await self._store.said_since(t.conversation.id, answers)
        return [row for row in said if row.id != t.newest]

    async def _overtaken(self, t: Turn, handoff_id: str, later: Sequence[Accepted]) -> TurnResult:
        """More was said since the suggestion was made: that is shown, and it is sent at another press only.

        What came after the press is not read here: it is relayed next, and stops that press again.
        """
        said = [_quoted(row.message) for row in later if row.id < t.newest][-MOST_SHOWN:]
        told = desk_posts.suggested("\n".join([self._word("overtaken"), *said]), t.first.text, self._terms)
        post = DeskPost(handoff_id, "note", told, suggestion=t.first.text, answers=t.newest)
        kept = {"source_id": t.first.source_id, "suggestion": t.first.text, "answers": t.newest}
        return await self._results.moved(
            t, handoff.Moved(t.conversation, posts=(post,)), (Line("note", told, author=t.first.name, record=kept),)
        )

    async def _mailed(self, t: Turn, result: TurnResult) -> TurnResult:
        """The answer goes to the address that the shopper left, when he has gone."""
        if self._looks is None:
            return result
        notice, left = leaving.answered(result.conversation, t.first.name, self._looks)
        if notice is None:
            return result
        letter = await self._results.letter(notice, left.language, t.first.text)
        return replace(result, conversation=left, sendings=(*result.sendings, letter))

    def _noted(self, t: Turn, handoff_id: str) -> TurnResult:
        """A text for each other claims nothing; the desk it was written at shows it already."""
        desks = [desk for desk in self._settings.desks if desk != t.first.address.channel]
        post = desk_posts.noted(handoff_id, t.first.name, t.first.text)
        line = transcript.staff_line(t.first, "note")
        left = " ".join(t.first.text.split()) if t.conversation.handoff else t.conversation.left
        sendings = desk_posts.to_sendings([post], desks, t.first.source_id)
        return TurnResult(replace(t.conversation, left=left), (line,), sendings)

    # --- what they do with a handoff ---------------------------------------------------------------------------------

    async def _moved(self, t: Turn, view: HandoffView | None, handoff_id: str) -> handoff.Moved:
        by, value = t.first.name, t.first.value
        match t.first.act:
            case "claim":
                claimed = self._claimed(t, t.conversation, handoff_id)
                taken = claimed.conversation != t.conversation  # else somebody had it, and may have answered
                return idle.owed(claimed, self._settings.idle_at(t.now)) if taken else claimed
            case idle.RELEASE:
                note, long = f"{self._word(value or 'released')} {by}", self._settings.long_at(t.now)
                return idle.released(t.conversation, handoff_id, DeskPost(handoff_id, "note", note), long)
            case "assign" if account := await self._account_of(value):
                return handoff.assigned(t.conversation, handoff_id, value, by, self._terms, account=account)
            case "assign":
                post = desk_posts.no_colleague(handoff_id, value, self._terms)
                return handoff.Moved(t.conversation, posts=(post,))
            case "back":
                return handoff.given_back(t.conversation, handoff_id, self._terms)
            case snooze.SNOOZE:
                return self._put_away(t, handoff_id)
            case "close":
                return await self._closed(t, view, handoff_id)
        return handoff.Moved(t.conversation)

    async def _has_room(self, t: Turn, handoff_id: str) -> bool:
        """Whether he who is to have it may take one more; what he has already is none more."""
        account = await self._account_of(t.first.value) if t.first.value else t.first.who
        note = t.conversation.handoff
        has = note is not None and note.id == handoff_id and note.awaits == account
        return has or not routing.full(await self._store.crew(), account)

    async def _account_of(self, name: str) -> str:
        """Of a colleague, by what he is called; "" for nobody."""
        return next((one.account for one in await self._store.crew() if one.name == name), "")

    def _claimed(
        self, t: Turn, conversation: Conversation, handoff_id: str, *, writes: bool = False
    ) -> handoff.Moved:
        by = t.first
        return handoff.claimed(conversation, handoff_id, by.name, self._terms, account=by.who, writes=writes)

    def _put_away(self, t: Turn, handoff_id: str) -> handoff.Moved:
        try:
            back = snooze.until(t.first.text, self._settings.hours, t.now)
        except BadInput as wrong:
            return handoff.Moved(t.conversation, posts=(DeskPost(handoff_id, "note", str(wrong)),))
        when = self._speech.say(Moment(back), self._settings.staff_language)
        return snooze.put_away(t.conversation, handoff_id, back, f"{self._word('away')} {when}")

    async def _closed(self, t: Turn, view: HandoffView | None, handoff_id: str) -> handoff.Moved:
        """With the shop's claim of a case, and after a chat with the question how it was."""
        why = t.first.value if t.first.value in CLOSINGS else ""
        closed = handoff.closed(t.conversation, handoff_id, self._terms, why)
        if view and view.kind == "case" and view.status in OPEN:
            await self._settle(t, view.id)
            return closed
        fit = rating.may_be_asked(t.conversation, view)
        if fit and not await self._fulfilment.in_dispute(t.conversation, t.now):
            return rating.asked(closed, handoff_id)
        return closed

    async def _settle(self, t: Turn, handoff_id: str) -> None:
        """The claim of a case is no longer open in the shop, whatever the order has been through."""
        pending = await self._store.confirmation(handoff_id)
        if pending is None:  # a case that is in no book of the shop: what was collected for staff
            return
        settled = replace(pending, id=f"{handoff_id}.settled", verb="settle_claim", version=0)
        await self._fulfilment.perform(settled, f"staff:{t.first.staff}", t.conversation, unless_after=None)


def _quoted(message: InboundMessage) -> str:
    said = transcript.shown(message)
    return f"{message.name}: {said}" if message.sender is Sender.STAFF else f"💬 {said}"
