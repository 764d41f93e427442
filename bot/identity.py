"""Who is asking: a contact beside an order number, a one-time code, a signed link.

Each try is counted, limited and written down here; what a proof opens stands with Proof, what a skill needs with Skill.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import links
from bot.commerce import Shop
from bot.conversation import Challenge, Conversation, Proof
from bot.facts import Act, Text
from bot.skill import Outcome, Request, Skill
from bot.turn import OneTimeCodes, ProofLog, Tried, TryLimit, UsedLinkRows

PROOF_LASTS = {"web": timedelta(hours=24)}  # a browser may be shared; elsewhere the account is the shopper's own
PROOF_LASTS_ELSEWHERE = timedelta(days=30)
STRONG_LASTS = timedelta(hours=24)

Prove = Callable[[Shop, Skill, Request, Conversation], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Identity:
    """`link_key` is the one that the shop's account page signs with (bot/links.py)."""

    tries: TryLimit
    codes: OneTimeCodes
    used: UsedLinkRows
    log: ProofLog
    link_key: bytes

    @property
    def ways(self) -> Mapping[str, Prove]:
        """Skill → how it is run: each counts its tries around the skill's own question to the shop."""
        return {"identify": self._contact, "one_time_code": self._code, "signed_link": self._link}

    async def is_code(self, conversation: Conversation, typed: str) -> bool:
        """Whether these digits are a code that the shopper was sent."""
        return await self.codes.known(conversation.address.account_user, typed)

    async def _contact(self, shop: Shop, skill: Skill, request: Request, conversation: Conversation) -> Outcome:
        """Tried three times a day per account and per order; the proof lasts as long as the channel allows."""
        who, order = conversation.address.account_user, request.slots["order_id"]
        left = await self.tries.take(who, order)  # before it is made: chats at the same moment share the limit
        if left == 0:
            await self._note(request, conversation, "contact", "locked")
            return Outcome(Act("identify/miss"), tries_left=0)
        outcome = await skill.run(shop, request)
        await self._note(request, conversation, "contact", outcome.proof.access if outcome.proof else "miss")
        if outcome.proof is None:
            return replace(outcome, tries_left=left - 1)
        await self.tries.right(who, order)
        return replace(outcome, proof=_lasting(outcome.proof, request, conversation))

    async def _code(self, shop: Shop, skill: Skill, request: Request, conversation: Conversation) -> Outcome:
        """Check the code that was typed, or send one to the contact on file: where none was typed, or it was over."""
        who, order = conversation.address.account_user, request.slots.get("order_id", "")
        asks = await skill.run(shop, request)  # where a code would go
        if not asks.notify or request.proof is None:
            await self._note(request, conversation, "code", "no_mail")
            return asks
        subject = order or f"customer {request.proof.customer}"  # what its tries are counted by
        turn, typed = f"{conversation.id}@{conversation.version}", request.slots.get("code", "")
        if typed:
            checked = await self.codes.check(who, subject, typed, turn)
            await self._note(request, conversation, "code", checked.outcome)
            if checked.outcome == "right":
                strong = replace(request.proof, strong_until=request.now + STRONG_LASTS, mailbox=asks.notify)
                return Outcome(Act("identify/done", {"order": Text(order)} if order else {}), proof=strong)
            if checked.outcome == "wrong":
                return Outcome(Act("ask:code/wrong", asks.act.facts), tries_left=checked.left)
        sent = await self.codes.issue(who, subject, turn)
        await self._note(request, conversation, "code", "sent" if sent else "too_many")
        if sent is None:
            return Outcome(Act("handoff/no_code"))
        salt, until = sent
        act = Act("ask:code/expired", asks.act.facts) if typed else asks.act
        return replace(asks, act=act, salt=salt, challenge=Challenge(order, request.say(asks.act.facts["mail"]), until))

    async def _link(self, shop: Shop, skill: Skill, request: Request, conversation: Conversation) -> Outcome:
        """A token of the shop's own page, once; what is none of ours only opens the conversation."""
        signed = links.read(self.link_key, request.slots["token"])
        if signed is None:
            return Outcome(Act("greet", tone="warm"))
        named = {"order_id": signed.id} if signed.kind == links.ORDER else {"customer": signed.id}
        request = replace(request, slots=named)
        outcome = Outcome(Act("link_over"))
        if not signed.genuine:
            came = "forged"
        elif not request.now < signed.until <= request.now + links.LONGEST:
            came = "over" if signed.until <= request.now else "too_long"
        elif not await self.used.take(signed.digest, conversation.address.account_user, signed.until):
            came = "used"
        else:
            outcome = await skill.run(shop, request)
            came = "right" if outcome.proof else "unknown"
        await self._note(request, conversation, "link", came)
        if outcome.proof is None:
            return outcome
        proof = _lasting(outcome.proof, request, conversation)
        return replace(outcome, proof=replace(proof, strong_until=request.now + STRONG_LASTS))

    async def _note(self, request: Request, conversation: Conversation, means: str, outcome: str) -> None:
        order = request.slots.get("order_id", "")
        await self.log.note(Tried(request.now, conversation.address.account_user, order, means, outcome))


def _lasting(proof: Proof, request: Request, conversation: Conversation) -> Proof:
    lasts = PROOF_LASTS.get(conversation.address.channel, PROOF_LASTS_ELSEWHERE)
    return replace(proof, until=request.now + lasts)
