"""The linear model on n-grams beside the net: fitted, weighed against it on messages held out, and joined to it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from model import checkpoint, lexical
from model.batch import line
from model.calibration import Calibration
from model.checkpoint import Model
from model.data import Example, Labelled
from model.tokenizer import Tokenizer
from model.transformer import Config, Transformer
from model.understand import logits

BUCKETS = 32_768  # of the linear model
NET = tuple(0.2 * step for step in range(1, 16))  # what the net's scores may be multiplied by
LINEAR = tuple(0.2 * step for step in range(13))  # and the linear model's


def weigh(
    net: Transformer, tokenizer: Tokenizer, rows: Sequence[Example], judged: Sequence[Labelled]
) -> tuple[float, float]:
    """How much of the net and how much of the linear model (fitted on `rows`) tells `judged` best: cross-entropy."""
    names = {name: place for place, name in enumerate(net.config.intents)}
    known = [one for one in judged if one.intent in names]
    if not known:
        return 1.0, 0.0
    lines = [line(one.row, tokenizer, net.config) for one in known]
    deep = np.zeros((len(known), len(names)))
    for at, raw in logits(Model(net, tokenizer, Calibration(), ""), lines):
        deep[at] = raw.intents
    bags = lexical.bags([lexical.features(one.row.text, BUCKETS) for one in known])
    with torch.no_grad():
        flat = _fitted(net.config, rows)(*bags).numpy()
    wanted = np.array([names[one.intent] for one in known])

    def cost(pair: tuple[float, float]) -> float:
        scores = pair[0] * deep + pair[1] * flat
        return float((np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(wanted)), wanted]).mean())

    return min(((a, b) for a in NET for b in LINEAR), key=cost)


def mixed(net: Transformer, rows: Sequence[Example], weights: Sequence[float]) -> Transformer:
    """A net that holds both, each at its weight, rounded as on disk; the linear model is fitted on `rows`."""
    config = replace(net.config, lexical=BUCKETS)
    both, linear = Transformer(config), _fitted(config, rows)
    both.load_state_dict(net.state_dict(), strict=False)
    with torch.no_grad():
        for part in ("weight", "bias"):
            getattr(both.heads.intents, part).mul_(weights[0])
            getattr(both.heads.lexical, part).copy_(getattr(linear, part) * weights[1])
        both.heads.lexical.idf.copy_(linear.idf)
    return checkpoint.rounded(both)


def _fitted(config: Config, rows: Sequence[Example]) -> lexical.Lexical:
    """Fitted on the rows in scope that say by themselves what they want."""
    names = {name: place for place, name in enumerate(config.intents)}
    clear = [one for one in rows if one.intents and one.intents[0] in names and not one.expects and not one.history]
    target = torch.zeros(len(clear), len(names))
    for at, one in enumerate(clear):
        for name in one.intents:
            target[at, names[name]] = 1 / len(one.intents)
    return lexical.fit([lexical.features(one.text, BUCKETS) for one in clear], target, len(names), BUCKETS)
