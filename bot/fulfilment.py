"""Step 8: run a skill's read, do a confirmed write at most once. The one core file that calls the shop's `perform`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from bot import deeds
from bot.approval import Buyer
from bot.commerce import Account, Answer, AnswerStatus, Order, Quote, Shop, Write, shares_of
from bot.conversation import Confirmation, Conversation, Flow, Proof
from bot.decision import NOTIFY, Read
from bot.delivery import in_dispute
from bot.facts import Act, Fact, Term, Text
from bot.identity import Identity
from bot.messages import Attachment, Card
from bot.promises import Promise
from bot.skill import Alike, Outcome, Request, Skill, beside, nobody_knows
from bot.skills.money_back import shares_card
from bot.skills.notices import Look, look
from bot.skills.orders import due_card
from bot.turn import ActionLog

_DATED = ("window_over", "price_window")  # refusals that name the last day


class Fulfilment:
    def __init__(
        self,
        shop: Shop,
        actions: ActionLog,
        identity: Identity,
        skills: Sequence[Skill],
        say: Callable[[Fact, str], str],
        zone: tzinfo = UTC,
        keep_file: Callable[[bytes], Awaitable[str]] | None = None,
        alike: Alike = nobody_knows,
    ) -> None:
        """`say(fact, language)` writes a fact for cards and buttons; the shop's days are those of `zone`.

        `keep_file` stores a document and gives its digest; None where the shop issues none.
        `alike` compares texts by meaning.
        """
        self._shop, self._actions, self._say, self._zone = shop, actions, say, zone
        self._keep_file, self._alike, self.identity = keep_file, alike, identity
        self._skills = {skill.name: skill for skill in skills}

    async def read(
        self, read: Read, conversation: Conversation, proof: Proof | None, text: str, now: datetime
    ) -> Outcome:
        """Run a skill for a flow; `proof`: the one that holds now, which may be fresher than the conversation's."""
        request = self._request(read.flow, read.language or "en", conversation, proof, text, now)
        skill = self._skills[read.skill]
        if prove := self.identity.ways.get(skill.name):
            return await prove(self._shop, skill, request, conversation)
        return _sayable(skill, await skill.run(self._shop, request))

    def _request(
        self, flow: Flow, language: str, conversation: Conversation, proof: Proof | None, text: str, now: datetime
    ) -> Request:
        return Request(
            slots=flow.slots,
            intent=flow.intent,
            text=text,
            language=language,
            now=now,
            today=now.astimezone(self._zone).date(),
            say=lambda fact: self._say(fact, language),
            proof=proof,
            market=known.market if (known := proof or conversation.proof) else "",
            zone=self._zone,
            alike=self._alike,
            approvals=tuple(note.subject for note in conversation.approvals),
        )

    async def look(self, promise: Promise, conversation: Conversation, now: datetime) -> Look:
        """Whether what was promised to be told has happened."""
        asked = Flow(NOTIFY, "")
        request = self._request(asked, conversation.language or "en", conversation, None, "", now)
        return await look(self._shop, promise, request)

    async def order(self, number: str, proof: Proof | None) -> Order | None:
        """None for an order that is not the shopper's."""
        return await self._shop.order(number, proof) if number and proof else None

    async def deed(
        self, name: str, order: Order, proof: Proof, given: deeds.Given | None = None
    ) -> Quote | None:
        """What staff could do about the order; None where there is nothing to do."""
        return await deeds.quoted(self._shop, name, order, proof, given or deeds.Given())

    async def buyer(self, order: Order | None, proof: Proof | None) -> Buyer | None:
        """Who has ordered it, or whose account the proof opens."""
        if order is not None:
            return Buyer(order.address.recipient, order.email)
        account = await self._shop.account(proof) if proof else None
        return Buyer(account.name, account.email) if account else None

    async def in_dispute(self, conversation: Conversation, now: datetime) -> bool:
        """Whether something of the shopper's orders is late, lost or being looked into."""
        orders = await self._shop.orders(conversation.proof) if conversation.proof else ()
        return any(in_dispute(order, now.astimezone(self._zone).date()) for order in orders)

    async def cut_off(self, pending: Confirmation | None) -> bool:
        """Whether an earlier try of this turn had begun the write before it was cut off: then its yes was heard."""
        return pending is not None and await self._actions.begun(pending.id)

    async def ran(self, pending: Confirmation) -> bool:
        """Of a write that was cut off: whether it may have had its effect. One that never ran is taken back."""
        answer = await self._shop.reconcile(pending.id)
        never = answer is not None and answer.reason == "not_started"
        if never:
            await self._actions.withdraw(pending.id)
        return not never

    async def has_run(self, pending: Confirmation) -> bool:
        """Whether the write was begun before and may have had its effect."""
        return await self.cut_off(pending) and await self.ran(pending)

    async def effect(self, pending: Confirmation, conversation: Conversation) -> Outcome | None:
        """What a write that was cut off has done, None when it did nothing or nobody can say."""
        answer = await self._shop.reconcile(pending.id)
        done = answer is not None and answer.status in (AnswerStatus.DONE, AnswerStatus.PENDING)
        if answer is None or not done:
            return None
        return await self._with_files(self._told(pending, answer, conversation.language or "en"))

    async def perform(
        self, pending: Confirmation, actor: str, conversation: Conversation, *, unless_after: int | None
    ) -> Outcome | None:
        """Do a confirmed write. None when a message of the shopper later than inbox row `unless_after` waits."""
        begun = await self._actions.begin(pending, actor, conversation.id, unless_after=unless_after)
        if begun is None:
            return None
        write = Write(pending.id, pending.verb, pending.arguments, pending.version, actor)
        answer: Answer[Order | Account] | None
        if begun.fresh:
            answer = await self._shop.perform(write)
        else:
            answer = await self._shop.reconcile(pending.id)
            if answer is not None and answer.reason == "not_started":  # a message that came since may take it back
                await self._actions.withdraw(pending.id)
                return await self.perform(pending, actor, conversation, unless_after=unless_after)
        if answer is None:  # begun before a crash, and the shop cannot say what became of it: never fired again blindly
            return Outcome(Act(f"refused:{pending.skill}/unknown", pending.act.facts))
        await self._actions.finish(pending.id, {"status": answer.status, "reason": answer.reason})
        return await self._with_files(self._told(pending, answer, conversation.language or "en"))

    async def _with_files(self, outcome: Outcome) -> Outcome:
        """The documents an outcome names, as kept files; the same document is the same file."""
        files = []
        for number in outcome.documents:
            document = await self._shop.document(number)
            if document is None or self._keep_file is None:
                raise LookupError(f"the shop has issued {number} and does not give it out")
            digest = await self._keep_file(document.content)
            size = len(document.content)
            files.append(Attachment("document", document.mime, size, document.name, digest=digest))
        return replace(outcome, files=tuple(files))

    def _told(self, pending: Confirmation, answer: Answer[Order | Account], language: str) -> Outcome:
        """The act of an answer, with the facts the shopper said yes to."""
        detail = pending.act.name.partition("/")[2]
        facts = dict(pending.act.facts)
        match answer.status:
            case AnswerStatus.DONE:
                name = f"done:{pending.skill}" + (f"/{detail}" if detail else "")
            case AnswerStatus.PENDING:
                name = f"pending:{pending.skill}"
            case AnswerStatus.UNSUPPORTED:
                name = f"refused:{pending.skill}/unsupported"
            case AnswerStatus.REFUSED:
                name = f"refused:{pending.skill}/{answer.reason}"
                facts |= beside(answer.detail)
        order, done = answer.value, answer.status is AnswerStatus.DONE
        cards: tuple[Card, ...] = ()
        if done and isinstance(order, Order):
            parts = shares_of(pending.arguments, order.total.currency)
            cards = shares_card(parts, lambda fact: self._say(fact, language))
        if done and isinstance(order, Order) and pending.arguments.get("due"):
            cards += due_card(order, lambda fact: self._say(fact, language))
        if done and isinstance(order, Order) and order.returns and pending.verb in ("return", "exchange"):
            label = order.returns[-1].label_url
            facts["label"] = Text(label)
            cards += (Card(self._say(Term("label", "return_label"), language), (("", label),)),)
        skill = self._skills[pending.skill]
        told = order.email if done and order and (skill.strong or skill.notice in skill.acts) else ""
        outcome = Outcome(Act(name, facts, "warm" if done else "neutral"), cards=cards, notify=told)
        return _sayable(skill, skill.told(pending, order, outcome) if done and order and skill.told else outcome)


def _sayable(skill: Skill, outcome: Outcome) -> Outcome:
    """A refusal whose reason the skill has no words for goes to a person, and so does one without its last day."""
    sayable = outcome.act.name in skill.acts and ("day" in outcome.act.facts or not outcome.act.name.endswith(_DATED))
    if outcome.act.family != "refused" or sayable:
        return outcome
    return replace(outcome, act=replace(outcome.act, name=f"refused:{skill.name}/unsupported"))
