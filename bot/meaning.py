"""How alike texts are in what they mean, by the model in use; without one only words count."""

from collections.abc import Sequence

import numpy as np

from bot.ports import Encoder

_AT_ONCE = 32  # texts: the encoder's time limit is for so many, and what was done stays done when the next ones miss it


class Meaning:
    """One model's; its vectors mean nothing to another model."""

    def __init__(self, encoder: Encoder | None, *, kept: int = 5_000) -> None:
        """`kept`: how many texts of the shop are remembered with their vectors."""
        self._encoder, self._kept = encoder, kept
        self._known: dict[str, np.ndarray] = {}

    async def alike(self, text: str, groups: Sequence[Sequence[str]]) -> list[float]:
        """How near `text` is to the two nearest of each group of texts, from -1 to 1; zeros when nobody knows."""
        known = dict(self._known)
        wanted = list(dict.fromkeys(other for group in groups for other in group if other not in known))
        own = await self._vectors([text])
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            if not own or not (found := await self._vectors(some)):
                return [0.0] * len(groups)
            known |= dict(zip(some, found, strict=True))
            self._known = known if len(known) <= self._kept else {}  # a shop that was rewritten begins anew
        if not own:
            return [0.0] * len(groups)
        return [_nearest(own[0], [known[other] for other in group]) for group in groups]

    async def _vectors(self, texts: Sequence[str]) -> list[np.ndarray]:
        found = await self._encoder.vectors(texts) if self._encoder else ()
        return [np.asarray(vector, np.float32) for vector in found]


def _nearest(own: np.ndarray, others: Sequence[np.ndarray]) -> float:
    return float(np.sort(np.stack(others) @ own)[-2:].mean()) if others else 0.0
