"""Which model the next turn speaks with: it is swapped between turns, and a turn ends on the one it began with."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.dialogue import Dialogue
from bot.errors import ModelError, StoreError
from bot.ports import ActiveModel, Clock, Health, Language, ModelChoice
from bot.turn import Claim, TurnResult

log = logging.getLogger(__name__)

RETRY = timedelta(minutes=1)  # a folder that is gone may come back, e.g. a disk that is mounted late


class LiveDialogue:
    """The dialogue on the active model; a language that cannot `switch` stays."""

    def __init__(
        self, language: Language, dialogue_of: Callable[[Language], Dialogue], models: ModelChoice, clock: Clock
    ) -> None:
        self.language = language  # what the last turn began with
        self._dialogue, self._dialogue_of = dialogue_of(language), dialogue_of
        self._models, self._clock = models, clock
        self._seen = language.chosen
        self._again: datetime | None = None  # when a model that could not be loaded is tried once more
        self._looking = asyncio.Lock()

    async def turn(self, claim: Claim) -> TurnResult:
        return await (await self._current()).turn(claim)

    async def failed(self, claim: Claim) -> TurnResult:
        return await (await self._current()).failed(claim)

    async def health(self) -> Health:
        """Whether the model answers and the store can be read."""
        try:
            await self._models.active()
        except StoreError as error:
            return Health(self.language.model, str(error))
        return Health(self.language.model, self.language.problem())

    async def _current(self) -> Dialogue:
        async with self._looking:  # turns that begin while a model is loaded wait: none of them begins on the old one
            if self.language.switch:
                chosen, now = await self._models.active(), self._clock.now()
                if chosen != self._seen or (self._again and now >= self._again):
                    self._again = None if await self._switched(self.language.switch, chosen) else now + RETRY
                    self._seen = chosen
            return self._dialogue

    async def _switched(self, switch: Callable[[ActiveModel | None], Language], chosen: ActiveModel | None) -> bool:
        """Take the chosen model for the turns to come; False when it cannot be loaded and all stays as it is."""
        try:
            language = await asyncio.to_thread(switch, chosen)
        except ModelError as problem:
            log.error("the model is not changed, %s goes on: %s", self.language.model, problem)
            return False
        self.language, self._dialogue = language, self._dialogue_of(language)
        log.info("model %s answers from here on", language.model)
        return True
