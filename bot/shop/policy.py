"""The shop owner's rules: shop.toml and policy.toml read into frozen values, each one checked. Knows no order.

policy = read_policy(folder)      # BadInput lists every problem with its file and key
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.facts import Localised, Money
from bot.shop import checked
from bot.shop.checked import CheckedTable

SHOP_FILE, POLICY_FILE = "shop.toml", "policy.toml"


@dataclass(frozen=True, slots=True)
class Shopfront:
    """Who the shop is (shop.toml)."""

    name: Localised
    languages: tuple[str, ...]  # it answers in these; the first is its own
    zone: ZoneInfo  # days are counted and shown in it
    url: str  # without a slash at the end
    email: str
    market: str  # the market of a shopper nobody knows yet


@dataclass(frozen=True, slots=True)
class Market:
    """One market: what shop.toml says of it, and its rules from policy.toml."""

    name: str
    currency: str  # ISO 4217
    countries: frozenset[str]  # ISO 3166-1 alpha-2: where parcels of this market go
    language: str  # order lines are described in it
    locales: Mapping[str, str]  # language → Babel locale that writes money and dates
    return_days: int  # counted from the day of delivery
    return_fee: Money  # taken off the refund of a return
    not_returnable: frozenset[str]  # category ids
    approval_limit: Money  # a refund above it needs a person's yes
    promised_days: int  # from order to door, when an order names no day


@dataclass(frozen=True, slots=True)
class Policy:
    shop: Shopfront
    markets: Mapping[str, Market]
    max_error: float  # the share of wrong handling tolerated among what is handled without a person

    def market(self, name: str) -> Market:
        """The market, or the default one for a name no longer in shop.toml."""
        return self.markets.get(name) or self.markets[self.shop.market]


def read_policy(folder: Path) -> Policy:
    policy, problems = check_policy(folder)
    if policy is None:
        raise BadInput("\n".join(problems))
    return policy


def check_policy(folder: Path) -> tuple[Policy | None, list[str]]:
    """The policy, or None and every problem as "file: key: reason"."""
    problems: list[str] = []
    shop, rules = (
        CheckedTable(_read(folder / name, problems), name, "", problems) for name in (SHOP_FILE, POLICY_FILE)
    )
    if problems:
        return None, problems
    front, homes = _shopfront(shop), shop.tables("markets")
    limits = rules.tables_of("limits")
    markets = _markets(homes, rules.tables("markets"), limits, front["languages"] or ())
    max_error = rules.value("max_error", checked.share)
    if front["market"] is not None and front["market"] not in homes:
        problems.append(
            f"{SHOP_FILE}: default_market: there is no market {front['market']!r}; known: {', '.join(homes)}"
        )
    for table in (shop, rules):
        table.unknown()
    if problems:
        return None, problems
    return Policy(shop=Shopfront(**front), markets=markets, max_error=max_error or 0.0), []


def _shopfront(shop: "CheckedTable") -> dict[str, Any]:
    return {
        "name": shop.value("name", checked.texts),
        "languages": shop.value("languages", checked.words),
        "zone": shop.value("zone", checked.zone),
        "url": shop.value("url", checked.web_address),
        "email": shop.value("email", checked.email),
        "market": shop.value("default_market", checked.word),
    }


def _markets(
    homes: "dict[str, CheckedTable]",
    rules: "dict[str, CheckedTable]",
    limits: "CheckedTable",
    languages: tuple[str, ...],
) -> dict[str, Market]:
    markets = {}
    for name, home in homes.items():
        rule = rules.get(name)
        if rule is None:
            limits.problems.append(
                f"{POLICY_FILE}: markets.{name}: missing; every market of {SHOP_FILE} needs its rules"
            )
            continue
        currency = home.value("currency", checked.currency_code) or "GBP"
        markets[name] = Market(
            name=name,
            currency=currency,
            countries=frozenset(home.value("countries", checked.countries) or ()),
            language=home.value("language", checked.one_of(languages)) or "",
            locales=home.value("locales", checked.locales(languages)) or {},
            return_days=rule.value("return_days", checked.days) or 0,
            return_fee=Money(rule.value("return_fee", checked.amount(currency)) or 0, currency),
            not_returnable=frozenset(rule.value("not_returnable", checked.words) or ()),
            approval_limit=Money(limits.value(currency, checked.amount(currency)) or 0, currency),
            promised_days=rule.value("promised_days", checked.days) or 0,
        )
        home.unknown()
        rule.unknown()
    limits.unknown()
    limits.problems += [
        f"{POLICY_FILE}: markets.{name}: {SHOP_FILE} has no such market" for name in rules if name not in homes
    ]
    return markets


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(f"{path.name}: missing; put it into {path.parent}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: not readable as TOML: {error}")
    return {}
