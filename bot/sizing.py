"""Which size of a chart fits given measures. Pure.

A measure names the size whose row holds it. Between two rows, and where measures disagree, the larger size is worn; so
is the next one where the goods run small and a measure is near the end of its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commerce import Measure, SizeRow

_NEAR_THE_END = 0.25  # of a row's width
_OUTSIDE = 0.04  # of the value beyond the chart's ends that still passes for its last size


@dataclass(frozen=True, slots=True)
class Fit:
    sizes: tuple[str, ...]  # from small to large; several where the measures lie between them; () outside the chart

    @property
    def best(self) -> str:
        return self.sizes[-1]


def asked_first(chart: Sequence[SizeRow]) -> Measure:
    """The measure that decides: the one the chart begins with."""
    return chart[0].measure


def fit(chart: Sequence[SizeRow], given: Mapping[Measure, float], runs: str = "") -> Fit | None:
    """None when nothing the chart measures is given. `chart`: smallest size first."""
    order = list(dict.fromkeys(row.size for row in chart))
    places: set[int] = set()
    for measure in dict.fromkeys(row.measure for row in chart):
        if measure in given:
            rows = sorted((row for row in chart if row.measure is measure), key=lambda row: order.index(row.size))
            found = _places(rows, given[measure], runs)
            if not found:
                return Fit(())
            places |= {order.index(size) for size in found}
    if not places:
        return None
    return Fit(tuple(dict.fromkeys((order[min(places)], order[max(places)]))))


def _places(rows: Sequence[SizeRow], value: float, runs: str) -> tuple[str, ...]:
    """One size or two neighbours; () outside."""
    if value < rows[0].low:
        return (rows[0].size,) if value >= rows[0].low * (1 - _OUTSIDE) else ()
    for place, row in enumerate(rows):
        if value > row.high:
            continue
        if value < row.low:
            return rows[place - 1].size, row.size
        tight = runs == "small" and value > row.high - _NEAR_THE_END * (row.high - row.low)
        return (row.size, rows[place + 1].size) if tight and place + 1 < len(rows) else (row.size,)
    return (rows[-1].size,) if value <= rows[-1].high * (1 + _OUTSIDE) else ()
