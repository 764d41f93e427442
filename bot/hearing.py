"""Steps 5 and 6: a claimed burst of messages is loaded into a turn and understood."""

from collections.abc import Callable
from dataclasses import replace

from bot import codes, parts, slots, talk
from bot.conversation import SESSION_SILENCE, Status, Understanding, plain_number
from bot.decision import TurnInput
from bot.identity import Identity
from bot.messages import Kind, Sender
from bot.ports import Clock, Interpreter
from bot.turn import Claim, TurnStore
from bot.underway import Turn

# our question → the model's
_HEARD_AS = {"contact": "email", "lines": "product", "variant": "new_size", "told": "reason", "code": "order_id"}


class Hearing:
    def __init__(
        self, store: TurnStore, interpreter: Interpreter, identity: Identity, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._store, self._interpreter, self._identity = store, interpreter, identity
        self._clock, self._new_id = clock, new_id

    async def load(self, claim: Claim) -> Turn:
        conversation, intact = await self._store.load(claim.conversation_id)
        now = self._clock.now()
        shopper = claim.rows[0].message.sender is Sender.SHOPPER
        said_at = claim.rows[0].accepted_at  # not the time of work: a turn done again after a crash must end alike
        silent = conversation.last_seen is not None and said_at - conversation.last_seen > SESSION_SILENCE
        over = conversation.status is Status.CLOSED or (silent and conversation.status is Status.BOT)
        if shopper and over:
            conversation = conversation.new_session()
        if shopper:
            name = claim.rows[-1].message.name or conversation.name
            conversation = replace(conversation, last_seen=now, name=name, unreachable=False)
        history = await self._store.history(conversation.id, conversation.session) if intact else ()
        t = Turn(claim, conversation, history, "", now, restarted=not intact)
        t.promises = await self._store.promises(conversation.id)
        if shopper:
            await self._hide_code(t)
        t.text = "\n".join(row.message.text for row in t.claim.rows if row.message.text)
        return t

    async def _hide_code(self, t: Turn) -> None:
        """Take a one-time code out of what was typed, before anybody reads it: the model, staff, the transcript."""
        expected = any(flow.expects == "code" for flow in t.conversation.flows)
        rows = []
        for row in t.claim.rows:
            text = row.message.text
            answer = codes.given(text) if expected else ""
            for start, end, digits in codes.found(text):
                if digits == answer or await self._identity.is_code(t.conversation, digits):
                    t.code = t.code or digits
                    t.hidden[row.id] = text = codes.hide(text, start, end)
            rows.append(replace(row, message=replace(row.message, text=text)))
        t.claim = replace(t.claim, rows=tuple(rows))

    def event(self, t: Turn, kind: Kind, button: str = "", *, begun: bool = False) -> TurnInput:
        """The turn as the policy takes it."""
        return TurnInput(
            id=self._new_id(),
            kind=kind,
            text=talk.readable(t.text),
            button=button,
            code=t.code,
            hasty=t.first.kind is Kind.TEXT and t.claim.rows[0].id <= t.conversation.settled,
            at=t.claim.rows[-1].accepted_at,
            attachments=t.files,
            promises=t.promises,
            begun=begun,
        )

    async def understand(self, t: Turn) -> Understanding:
        top = t.conversation.top
        asked = top.expects.partition("/")[0] if top else ""
        expects = _HEARD_AS.get(asked, asked)
        text = talk.readable(t.text).replace(codes.HIDDEN, "0") if t.code else talk.readable(t.text)
        meaning = await self._interpreter.understand(text, t.history, expects)
        cut = parts.of(text, slots.orders_named(meaning.slots, text))
        return replace(meaning, parts=tuple([await self._part(part) for part in cut]))

    async def _part(self, text: str) -> Understanding:
        """What is asked for one of several orders, whatever was spoken of before; nothing of a number alone."""
        alone = plain_number(text) == plain_number(slots.order_number(text) or "")
        return Understanding(text) if alone else await self._interpreter.understand(text, (), "")
