"""How alike texts are in what they mean, by the model in use; without one only words count."""

from collections.abc import Sequence

import numpy as np

from bot.ports import Encoder


class Meaning:
    """One model's; its vectors mean nothing to another model."""

    def __init__(self, encoder: Encoder | None, *, kept: int = 5_000) -> None:
        """`kept`: how many texts of the shop are remembered with their vectors."""
        self._encoder, self._kept = encoder, kept
        self._known: dict[str, np.ndarray] = {}

    async def alike(self, text: str, groups: Sequence[Sequence[str]]) -> list[float]:
        """How near `text` is to the two nearest of each group of texts, from -1 to 1; zeros when nobody knows."""
        known = self._known
        wanted = dict.fromkeys(other for group in groups for other in group if other not in known)
        vectors = await self._encoder.vectors([text, *wanted]) if self._encoder else ()
        if not vectors:
            return [0.0] * len(groups)
        own, *others = np.asarray(vectors, np.float32)
        if wanted:
            known = known | dict(zip(wanted, others, strict=True))
            self._known = known if len(known) <= self._kept else {}  # a shop that was rewritten begins anew
        return [_nearest(own, [known[other] for other in group]) for group in groups]


def _nearest(own: np.ndarray, others: Sequence[np.ndarray]) -> float:
    return float(np.sort(np.stack(others) @ own)[-2:].mean()) if others else 0.0
