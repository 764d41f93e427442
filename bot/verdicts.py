"""A write that staff decide on, from its card to its end: asked for by them or by the shopper, then approved, declined,
or out of time; and how far the bot may go with such writes from now on.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot import approval, deeds, desk_posts, handoff, summary
from bot.briefing import Briefing
from bot.commerce import WriteMode
from bot.conversation import Confirmation
from bot.decision import HandoffRequest, Speak
from bot.errors import BadInput
from bot.facts import Act
from bot.fulfilment import Fulfilment
from bot.messages import DeskPost
from bot.office import APPROVAL_ACTS, OPEN, HandoffView, ModeWish
from bot.ports import WriteModes
from bot.results import Results
from bot.skill import Outcome, Skill
from bot.turn import HandoffChange, Line, TurnResult, TurnStore
from bot.underway import Settings, Turn

CARD_ACTS = frozenset({*APPROVAL_ACTS, "do", "drop"})  # of staff on the card of a write


class Verdicts:
    def __init__(
        self,
        *,
        store: TurnStore,
        fulfilment: Fulfilment,
        briefing: Briefing,
        results: Results,
        skills: Sequence[Skill],
        settings: Settings,
        modes: WriteModes,
        terms: desk_posts.Terms,
        new_id: Callable[[], str],
    ) -> None:
        self._store, self._fulfilment, self._briefing, self._results = store, fulfilment, briefing, results
        self._skills = {skill.name: skill for skill in skills}
        self._settings, self._modes, self._terms, self._new_id = settings, modes, terms, new_id

    def _word(self, key: str) -> str:
        return desk_posts.desk_word(self._terms, key)

    async def proposed(self, t: Turn, view: HandoffView) -> TurnResult:
        """Staff want something done about the order: it is quoted, and done when it is confirmed."""
        message, proof = t.first, t.conversation.proof
        case = await self._store.confirmation(view.id)
        number = case.arguments.get("order", "") if case else summary.order_of(t.conversation)
        order = await self._fulfilment.order(number, proof)
        if order is None or proof is None:
            return await self._results.noted(t, view.id, self._word("no_order"))
        given = deeds.Given(message.value.replace(",", "."), f"GIFT-{self._new_id()[:12].upper()}")
        quote = await self._fulfilment.deed(message.act, order, proof, given)
        if quote is None:
            words = f"{self._word(message.act)}: {self._word('no_deed')} ({order.number})"
            return await self._results.noted(t, view.id, words)
        limits = self._settings.limits
        lasts = timedelta(minutes=limits.confirmation_minutes)
        write = deeds.confirmation(message.act, quote, self._new_id(), limits, t.now, lasts)
        reason = deeds.ABOVE_LIMIT if write.needs_approval else deeds.BY_STAFF
        request = HandoffRequest(reason, write, "approval")
        return await self._results.moved(t, await self._briefing.opened(t, t.conversation, request))

    async def given(self, t: Turn, view: HandoffView) -> TurnResult:
        """One of CARD_ACTS on the card `view`."""
        act = t.first.act
        if act in ("mode_automatic", "mode_off"):
            return await self._mode_set(t, view)
        if view.status not in OPEN:
            words = f"{self._word('decided_over')} {self._word(f'ended_{view.status}')}"
            post = DeskPost(view.id, "note", words)
            return await self._results.moved(t, handoff.Moved(t.conversation, posts=(post,)))
        if act not in desk_posts.approval_acts(view.reason):  # its card has no such button
            return TurnResult(t.conversation)
        pending = await self._confirmed(view.id)
        # an earlier yes that was cut off counts, once the write may have had its effect
        if act in ("approve", "do") or await self._fulfilment.has_run(pending):
            return await self._approved(t, view, pending)
        return await self._declined(t, view, pending)

    async def _approved(self, t: Turn, view: HandoffView, pending: Confirmation) -> TurnResult:
        """The write runs now.

        What the shopper asked for may have waited for days: it is refused where what was quoted has changed, not for a
        gift note that came since. What staff have quoted a moment ago is held to the order as they saw it.
        """
        by = f"staff:{t.first.staff}"
        write = pending if view.reason in deeds.PROPOSED else replace(pending, version=0)
        outcome = await self._fulfilment.perform(write, by, t.conversation, unless_after=None)
        if outcome is None:
            raise LookupError("a write without a later message to wait for was put off")
        change = HandoffChange(view.id, "approved", claimed_by=t.first.who)
        return await self._decided(t, view, pending, outcome, change)

    async def _declined(self, t: Turn, view: HandoffView, pending: Confirmation) -> TurnResult:
        outcome = Outcome(Act(f"refused:{pending.skill}/declined", pending.act.facts))
        change = HandoffChange(view.id, "declined", claimed_by=t.first.who)
        return await self._decided(t, view, pending, outcome, change)

    async def _decided(
        self, t: Turn, view: HandoffView, pending: Confirmation, outcome: Outcome, change: HandoffChange
    ) -> TurnResult:
        """The shopper is told what came of it, a no only if he asked for the write."""
        left, done = approval.without(t.conversation, view.id), outcome.act.family in ("done", "pending")
        if view.reason in deeds.PROPOSED and not done:  # the shopper knows nothing of it
            status = "not_allowed" if change.status == "approved" else "dropped"
            return await self._over(t, Speak("say", left), change, self._word(f"ended_{status}"))
        skill = self._skills[pending.skill]
        cases = () if view.reason in deeds.PROPOSED else approval.cases(pending, outcome, skill.case)
        notices = skill.notices(outcome)
        speak = Speak("say", left, (outcome.act,), cards=outcome.cards, notify=notices, cases=cases)
        return await self._over(t, speak, change)

    async def expired(self, t: Turn, handoff_id: str) -> TurnResult:
        """Nobody has decided on a write in time: it is not done."""
        view = await self._store.handoff(handoff_id)
        pending = await self._store.confirmation(view.id) if view and view.status == "waiting" else None
        if view is None or pending is None:
            return TurnResult(t.conversation)
        if await self._fulfilment.has_run(pending):
            return await self._approved(t, view, pending)
        if view.reason in deeds.PROPOSED:  # the shopper knows nothing of it
            speak = Speak("say", approval.without(t.conversation, view.id))
        else:
            speak = approval.expired(t.conversation, view.id, self._skills[pending.skill].intents[0])
        return await self._over(t, speak, HandoffChange(view.id, "expired"))

    async def _over(self, t: Turn, speak: Speak, change: HandoffChange, words: str = "") -> TurnResult:
        """The shopper hears that it has ended, whatever happens, and so do the desks; `words`: not the usual ones."""
        t.effects = True
        result = await self._results.spoken(t, speak, {})
        post = desk_posts.decided(change.id, change.status, self._terms)
        post = replace(post, text=words or post.text)
        ended = desk_posts.to_sendings([post], self._settings.desks, t.first.source_id)
        noted = (Line("note", words, author=t.first.name),) if words else ()
        return replace(
            result, lines=(*result.lines, *noted), handoffs=(*result.handoffs, change),
            sendings=(*result.sendings, *ended),
        )  # fmt: skip

    async def _mode_set(self, t: Turn, view: HandoffView) -> TurnResult:
        """From the next message on the bot goes further, or not so far, with writes like this one."""
        pending, act = await self._confirmed(view.id), t.first.act
        mode = WriteMode(act.removeprefix("mode_"))
        verb = self._terms.get("verb", {}).get(pending.verb, pending.verb)
        try:
            await self._modes.set_modes([ModeWish(pending.market, pending.verb, mode)], t.first.staff)
            text = f"{verb} ({pending.market}): {self._word(f'set_{act}')}"
        except BadInput as wrong:
            text = str(wrong)
        return await self._results.noted(t, view.id, text)

    async def _confirmed(self, handoff_id: str) -> Confirmation:
        pending = await self._store.confirmation(handoff_id)
        if pending is None:
            raise LookupError(f"approval {handoff_id} has lost its confirmation")
        return pending
