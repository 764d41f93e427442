"""What the law gives every shopper who buys at a distance: a policy below it is refused. Facts with their source.

Only what this program decides by is here; it is no legal advice.
"""

from collections.abc import Collection
from dataclasses import dataclass

# Directive 2011/83/EU, article 9: 14 days to withdraw, from the day the goods come; in force in the EEA.
_EEA = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Floor:
    return_days: int
    source: str


_FLOORS = {
    "GB": Floor(14, "Consumer Contracts Regulations 2013, regulation 30"),
    "CN": Floor(7, "消费者权益保护法 (Consumer Rights Protection Law), article 25"),
    **dict.fromkeys(_EEA, Floor(14, "Directive 2011/83/EU, article 9")),
}


def floor(countries: Collection[str]) -> Floor | None:
    """The highest floor among the countries a market sells to, None where none is known."""
    known = [_FLOORS[code] for code in sorted(countries) if code in _FLOORS]
    return max(known, key=lambda one: one.return_days, default=None)
