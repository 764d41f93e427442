"""What the bot would have answered while a person has the conversation: for staff to look over. Changes nothing."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.conversation import Conversation, Status, Understanding, Utterance
from bot.decision import Limits, Read, Speak, TurnInput
from bot.fulfilment import Fulfilment
from bot.policy import decide
from bot.skill import Outcome, Skill
from bot.speech import Speech

log = logging.getLogger(__name__)

MOST_READS = 4
ANSWERS = frozenset({"inform", "refused"})  # families of acts that answer a question, and promise nothing


class Suggester:
    def __init__(self, fulfilment: Fulfilment, speech: Speech, skills: Sequence[Skill]) -> None:
        self._fulfilment, self._speech, self._skills = fulfilment, speech, skills
        proofs = fulfilment.identity.ways.keys()  # each run counts as a try, or sends a code
        self._harmless = {skill.name for skill in skills if skill.name not in proofs and not skill.acts_itself}

    async def suggest(
        self, conversation: Conversation, event: TurnInput, understanding: Understanding,
        history: Sequence[Utterance], limits: Limits, now: datetime,
    ) -> str:  # fmt: skip
        """The reply as text; "" where the bot would have asked, done or handed over something, or knows nothing."""
        try:
            return await self._suggest(conversation, event, understanding, history, limits, now)
        except Exception:  # whatever fails here, a person comes and gets the message: only the suggestion is left out
            log.exception("no reply can be suggested")
            return ""

    async def _suggest(
        self, conversation: Conversation, event: TurnInput, understanding: Understanding,
        history: Sequence[Utterance], limits: Limits, now: datetime,
    ) -> str:  # fmt: skip
        alone = replace(
            conversation, status=Status.BOT, handoff=None, introduced=True, flows=(), queue=(), pending=None
        )  # fmt: skip
        meant = tuple(score for score in understanding.intents if score.name != "talk_to_human")
        heard, outcomes = replace(understanding, intents=meant), list[Outcome]()
        while len(outcomes) <= MOST_READS:
            decision = decide(alone, event, heard, outcomes, self._skills, limits, now)
            if isinstance(decision, Speak):
                return await self._answer(decision, history)
            if not isinstance(decision, Read) or decision.skill not in self._harmless:
                return ""
            proof = conversation.proof if conversation.proof and conversation.proof.until > now else None
            outcomes.append(await self._fulfilment.read(decision, alone, proof, event.text, now))
        return ""

    async def _answer(self, speak: Speak, history: Sequence[Utterance]) -> str:
        acts = tuple(act for act in speak.acts if act.family in ANSWERS)
        if speak.kind != "say" or not acts or speak.promised or any(act.family == "done" for act in speak.acts):
            return ""
        reply, _ = await self._speech.reply(replace(speak, acts=acts, offers=()), history)
        return reply.as_text() if reply else ""
