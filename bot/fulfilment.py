"""Step 8: run a skill's read, do a confirmed write at most once. The one core file that calls the shop's writes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.commerce import Answer, AnswerStatus, Order, Shop, Write
from bot.conversation import Confirmation, Conversation, Proof
from bot.decision import Read
from bot.facts import Act, Fact, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.turn import ActionLog, TryLimit

PROOF_LASTS = {"web": timedelta(hours=24)}  # a browser may be shared; elsewhere the account is the shopper's own
PROOF_LASTS_ELSEWHERE = timedelta(days=30)


class Fulfilment:
    def __init__(
        self,
        shop: Shop,
        actions: ActionLog,
        tries: TryLimit,
        skills: Sequence[Skill],
        say: Callable[[Fact, str], str],
        zone: tzinfo = UTC,
    ) -> None:
        """`say(fact, language)` writes a fact for cards and buttons; the shop's days are those of `zone`."""
        self._shop, self._actions, self._tries, self._say, self._zone = shop, actions, tries, say, zone
        self._skills = {skill.name: skill for skill in skills}

    async def read(
        self, read: Read, conversation: Conversation, proof: Proof | None, text: str, now: datetime
    ) -> Outcome:
        """Run a skill for a flow; `proof` may be fresher than the conversation's."""
        language = read.language or "en"
        request = Request(
            slots=read.flow.slots,
            intent=read.flow.intent,
            text=text,
            language=language,
            now=now,
            today=now.astimezone(self._zone).date(),
            say=lambda fact: self._say(fact, language),
            proof=proof,
        )
        skill = self._skills[read.skill]
        if skill.name == "identify":
            return await self._identify(skill, request, conversation)
        return _sayable(skill, await skill.run(self._shop, request))

    async def _identify(self, skill: Skill, request: Request, conversation: Conversation) -> Outcome:
        """A proof is tried three times a day per account and per order, and lasts as long as the channel allows."""
        who, order = conversation.address.account_user, request.slots["order_id"]
        left = await self._tries.take(who, order)  # before it is made: chats at the same moment share the limit
        if left == 0:
            return Outcome(Act("identify/miss"), tries_left=0)
        outcome = await skill.run(self._shop, request)
        if outcome.proof is None:
            return replace(outcome, tries_left=left - 1)
        await self._tries.right(who, order)
        lasts = PROOF_LASTS.get(conversation.address.channel, PROOF_LASTS_ELSEWHERE)
        return replace(outcome, proof=replace(outcome.proof, until=request.now + lasts))

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

    async def effect(self, pending: Confirmation, conversation: Conversation) -> Outcome | None:
        """What a write that was cut off has done, None when it did nothing or nobody can say."""
        answer = await self._shop.reconcile(pending.id)
        done = answer is not None and answer.status in (AnswerStatus.DONE, AnswerStatus.PENDING)
        return self._told(pending, answer, conversation.language or "en") if answer and done else None

    async def perform(
        self, pending: Confirmation, actor: str, conversation: Conversation, *, unless_after: int | None
    ) -> Outcome | None:
        """Do a confirmed write. None when a message of the shopper later than inbox row `unless_after` waits."""
        begun = await self._actions.begin(pending, actor, conversation.id, unless_after=unless_after)
        if begun is None:
            return None
        write = Write(pending.id, pending.verb, pending.arguments, pending.version, actor)
        answer: Answer[Order] | None
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
        return self._told(pending, answer, conversation.language or "en")

    def _told(self, pending: Confirmation, answer: Answer[Order], language: str) -> Outcome:
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
        order, done = answer.value, answer.status is AnswerStatus.DONE
        cards = ()
        if done and order and order.returns and pending.verb == "return":
            label = order.returns[-1].label_url
            facts["label"] = Text(label)
            cards = (Card(self._say(Term("label", "return_label"), language), (("", label),)),)
        skill = self._skills[pending.skill]
        told = order.email if done and order and f"notice:{skill.name}" in skill.acts else ""
        return _sayable(skill, Outcome(Act(name, facts, "warm" if done else "neutral"), cards=cards, notify=told))


def _sayable(skill: Skill, outcome: Outcome) -> Outcome:
    """A refusal whose reason the skill has no words for goes to a person."""
    if outcome.act.family != "refused" or outcome.act.name in skill.acts:
        return outcome
    return replace(outcome, act=replace(outcome.act, name=f"refused:{skill.name}/unsupported"))
