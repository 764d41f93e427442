"""A handoff as it is opened, with what staff need to know of it, in their language."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import approval, deeds, handoff, routing
from bot.commerce import Order
from bot.conversation import Conversation
from bot.decision import HandoffRequest
from bot.facts import Fact
from bot.fulfilment import Fulfilment
from bot.messages import Attachment
from bot.speech import Speech
from bot.triage import FIRST
from bot.turn import HandoffChange, TurnStore
from bot.underway import Settings, Turn


class Briefing:
    def __init__(
        self, store: TurnStore, fulfilment: Fulfilment, speech: Speech, settings: Settings, new_id: Callable[[], str]
    ) -> None:
        self._store, self._fulfilment, self._speech = store, fulfilment, speech
        self._settings, self._new_id = settings, new_id
        self._terms = speech.locale(settings.staff_language).terms

    async def opened(self, t: Turn, conversation: Conversation, request: HandoffRequest) -> handoff.Moved:
        """`conversation`: as the decision leaves it; what was open before the decision is told as well."""
        before = replace(conversation, flows=t.conversation.flows, queue=t.conversation.queue)
        status = "closed" if request.kind == "note" else "waiting"
        number = request.write.arguments.get("order", "") if request.write else handoff.order_of(before)
        # what comes first anyhow waits for no shop, and where an error brings in a person it may be the shop's
        asks = status == "waiting" and request.reason not in FIRST | {"error"}
        order = await self._fulfilment.order(number, before.proof) if asks else None
        text = await self._told(t, request, before, order)
        if request.kind in ("chat", "case"):
            fit = routing.fitting(await self._store.crew(), before.language, request.reason)
            text = f"{text}\n{handoff.desk_word(self._terms, 'fits')} {', '.join(fit)}" if fit else text
        change = HandoffChange(
            self._new_id(), status, request.kind, request.reason, text, request.write, opening=True,
            packed_by=order.packed_by if order else None,
        )  # fmt: skip
        wait = self._settings.long_at(t.now) - t.now
        suggestion = t.suggestion if request.kind == "chat" else ""
        sent = dict.fromkeys(filter(None, t.conversation.memory.get("files", "").split(",")))  # before this turn
        files = [*(Attachment("document", digest=digest) for digest in sent), *t.files]
        able = await self._able(order, before) if request.kind in ("chat", "case") else ()
        return handoff.opened(conversation, change, t.now, wait, self._terms, files, suggestion, t.newest, able)

    async def _able(self, order: Order | None, conversation: Conversation) -> Sequence[str]:
        """What staff could do about the order right now."""
        proof = conversation.proof
        if order is None or proof is None:
            return ()
        return [name for name in deeds.DEEDS if await self._fulfilment.deed(name, order, proof)]

    async def _told(
        self, t: Turn, request: HandoffRequest, conversation: Conversation, order: Order | None
    ) -> str:
        def say(fact: Fact) -> str:
            return self._speech.say(fact, self._settings.staff_language)

        if request.kind == "approval" and request.write:
            buyer = await self._fulfilment.buyer(order, conversation.proof)
            limits = self._settings.limits
            by = t.first.name if request.reason in deeds.PROPOSED else ""
            return approval.card(request.write, buyer, conversation, t.history, t.text, limits, self._terms, say, by)
        facts = {name: say(fact) for name, fact in request.facts.items()}
        return handoff.case_summary(facts, conversation, request.reason, t.history, self._terms, t.text)
