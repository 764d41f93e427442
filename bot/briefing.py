"""A handoff as it is opened, with what staff need to know of it, in their language."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import approval, background, deeds, desk_posts, handoff, routing, summary
from bot.background import Background
from bot.commerce import Order
from bot.conversation import Conversation
from bot.decision import HandoffRequest
from bot.facts import Fact, Money
from bot.fulfilment import Fulfilment
from bot.messages import Attachment
from bot.office import LANGUAGES
from bot.speech import Speech
from bot.triage import FIRST
from bot.turn import Attempt, HandoffChange, TurnStore
from bot.underway import Settings, Turn


class Briefing:
    def __init__(
        self, store: TurnStore, fulfilment: Fulfilment, speech: Speech, settings: Settings, new_id: Callable[[], str]
    ) -> None:
        self._store, self._fulfilment, self._speech = store, fulfilment, speech
        self._settings, self._new_id = settings, new_id
        self._terms = speech.locale(settings.staff_language).terms  # of the desks

    async def opened(self, t: Turn, conversation: Conversation, request: HandoffRequest) -> handoff.Moved:
        """`conversation`: as the decision leaves it; what was open before the decision is told as well."""
        before = replace(conversation, flows=t.conversation.flows, queue=t.conversation.queue)
        status = "closed" if request.kind == "note" else "waiting"
        number = request.write.arguments.get("order", "") if request.write else summary.order_of(before)
        # what comes first anyhow waits for no shop, and where an error brings in a person it may be the shop's
        asks = status == "waiting" and request.reason not in FIRST | {"error"}
        order = await self._fulfilment.order(number, before.proof) if asks else None
        worked = request.kind in ("chat", "case")
        able = await self._able(order, before) if worked else ()
        found = await self._found(t, request, before, order, able, asks=asks)
        fit: Sequence[str] = ()
        if worked:
            fit = routing.fitting(await self._store.crew(), before.language, request.reason)
        told = {language: self._told(t, request, before, found, fit, language) for language in LANGUAGES}
        change = HandoffChange(
            self._new_id(), status, request.kind, request.reason, told[self._settings.staff_language], told,
            request.write, opening=True, packed_by=order.packed_by if order else None,
        )  # fmt: skip
        wait = self._settings.long_at(t.now) - t.now
        suggestion = t.suggestion if request.kind == "chat" else ""
        sent = dict.fromkeys(filter(None, t.conversation.memory.get("files", "").split(",")))  # before this turn
        files = [*(Attachment("document", digest=digest) for digest in sent), *t.files]
        names = [*(name for name, _ in able), *([deeds.VOUCHER] if worked and order else ())]
        return handoff.opened(conversation, change, t.now, wait, self._terms, files, suggestion, t.newest, names)

    async def _able(self, order: Order | None, conversation: Conversation) -> Sequence[tuple[str, Money]]:
        """What staff could do about the order right now, and what it would move."""
        proof = conversation.proof
        if order is None or proof is None:
            return ()
        names = [name for name in deeds.DEEDS if name != deeds.VOUCHER]  # nobody has said yet how much it is to be
        quotes = [(name, await self._fulfilment.deed(name, order, proof)) for name in names]
        return [(name, deeds.moves(quote)) for name, quote in quotes if quote]

    async def _found(
        self, t: Turn, request: HandoffRequest, conversation: Conversation, order: Order | None,
        able: Sequence[tuple[str, Money]], *, asks: bool,
    ) -> Background:  # fmt: skip
        proof = conversation.proof if conversation.proof and conversation.proof.until > t.now else None
        buyer = await self._fulfilment.buyer(order, proof) if asks else None
        earlier = await self._store.attempts(t.conversation.id, t.conversation.session)
        now = Attempt("", tuple(outcome.act.name for outcome in t.outcomes))
        write = request.write or t.conversation.pending
        strong = proof is not None and proof.strong(t.now)
        packed_in = order.packed_by - t.now if order and order.packed_by and order.packed_by > t.now else None
        beside = [view for view in await self._store.handoffs() if proof and view.account == proof.account != ""]
        return Background(order, buyer, proof, strong, (*earlier, now), write, packed_in, beside, able)

    def _told(
        self, t: Turn, request: HandoffRequest, conversation: Conversation, found: Background, fit: Sequence[str],
        language: str,
    ) -> str:  # fmt: skip
        """The summary in a language of staff; `fit`: whom it suits."""
        terms = self._speech.locale(language).terms

        def say(fact: Fact) -> str:
            return self._speech.say(fact, language)

        if request.kind == "approval" and request.write:
            limits = self._settings.limits
            by = t.first.name if request.reason in deeds.PROPOSED else ""
            pressing = summary.labelled(background.pressing(found, terms, say), terms)
            return approval.card(
                request.write, found.buyer, conversation, t.history, t.text, limits, terms, say, by, pressing
            )
        facts = {name: say(fact) for name, fact in request.facts.items()}
        rows = background.rows(found, conversation, terms, say)
        text = summary.case_summary(facts, conversation, request.reason, t.history, terms, t.text, rows)
        return f"{text}\n{desk_posts.desk_word(terms, 'fits')} {', '.join(fit)}" if fit else text
