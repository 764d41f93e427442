"""What the law gives every shopper who buys at a distance: a policy below it is refused. Facts with their source.

Only what this program decides by is here; it is no legal advice.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.shop.policy import Market

# The consumer directives are in force in the EEA.
_EEA = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip


FAULTS = frozenset({"damaged", "not_as_described", "wrong_item"})  # reasons for which a shopper may not be charged


@dataclass(frozen=True, slots=True)
class Floor:
    """What the law of a country gives. Each number of days stands beside its source."""

    returns: tuple[int, str] = (0, "")  # days from delivery in which goods may go back without a reason
    refunds: tuple[int, str] = (366, "")  # the most days until the money is on its way back
    warranty: tuple[int, str] = (0, "")  # days from delivery in which a fault is the seller's
    free: str = ""  # where it says that sending back what is faulty costs the shopper nothing
    delivery_back: bool = False  # who sends all of it back gets the charge for its delivery too
    emergency: str = ""
    emergency_fire: str = ""

    @property
    def refund_days(self) -> int:
        """The most working days, five to a week."""
        return self.refunds[0] * 5 // 7


_FLOORS = {
    "GB": Floor(
        (14, "Consumer Contracts Regulations 2013, regulation 30"),
        (14, "Consumer Contracts Regulations 2013, regulation 34"),
        (183, "Consumer Rights Act 2015, section 19"), "Consumer Rights Act 2015, section 20", True, "999",
    ),
    "CN": Floor(
        (7, "消费者权益保护法 (Consumer Rights Protection Law), article 25"), (7, "消费者权益保护法, article 25"),
        (7, "消费者权益保护法, article 24"), "消费者权益保护法, article 24", False, "120", "119",
    ),
    **dict.fromkeys(_EEA, Floor(
        (14, "Directive 2011/83/EU, article 9"), (14, "Directive 2011/83/EU, article 13"),
        (730, "Directive 2019/771/EU, article 10"), "Directive 2019/771/EU, article 14", True, "112",
    )),
}  # fmt: skip


def floor(countries: Collection[str]) -> Floor:
    """The highest floors among the countries a market sells to; where none is known, nothing is asked."""
    known = [_FLOORS[code] for code in sorted(countries) if code in _FLOORS]
    if not known:
        return Floor()
    return Floor(
        max(one.returns for one in known), min(one.refunds for one in known), max(one.warranty for one in known),
        known[0].free, any(one.delivery_back for one in known), known[0].emergency, known[0].emergency_fire,
    )  # fmt: skip


def faults(market: "Market") -> Iterator[tuple[str, str]]:
    """What of a market's rules is below the law there: (key, reason)."""
    least = floor(market.countries)
    for key, days, (wanted, source) in (
        ("return_days", market.return_days, least.returns), ("warranty_days", market.warranty_days, least.warranty),
    ):  # fmt: skip
        if days is not None and days < wanted:
            yield key, f"{days} is below the {wanted} days that the law gives there ({source})"
    days, source = least.refunds
    if market.refund_days[1] > least.refund_days:
        longest = market.refund_days[1]
        yield "refund_days", f"up to {longest} working days are more than the {days} days there ({source})"
    if least.free and market.return_fee.minor and (charged := FAULTS - market.free_return):
        yield "free_return", f"a fee for {', '.join(sorted(charged))} is against the law there ({least.free})"
