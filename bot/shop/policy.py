"""The shop owner's rules: shop.toml and policy.toml read into frozen values, each one checked. Knows no order.

policy = read_policy(folder)      # BadInput lists every problem with its file and key
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.commerce import METHODS, WITH_MODE, WriteMode
from bot.deadlines import IDLE, KINDS
from bot.errors import BadInput
from bot.facts import Localised, Money
from bot.opening import OpeningHours
from bot.shop import checked, floors, reasons
from bot.shop.calendar import WorkingDays, weekdays
from bot.shop.checked import CheckedTable
from bot.shop.invoice_pdf import check_font

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
    company: str = ""  # who sells, as invoices name it
    address: tuple[str, ...] = ()
    vat_id: str = ""
    reset_url: str = ""  # where a shopper sets a new password
    review_url: str = ""  # where shoppers leave a review
    pictures: tuple[str, ...] = ()  # where pictures of goods may stand beside `url`: https and host
    invoice_font: Path | None = None  # a TrueType file with the letters of the customers' names


    @property
    def picture_origins(self) -> tuple[str, ...]:
        """All places that a picture of goods may stand at: the chat page loads none from elsewhere."""
        own = "https://" + urlsplit(self.url).netloc.lower()
        return tuple(dict.fromkeys((*((own,) if checked.ORIGIN.fullmatch(own) else ()), *self.pictures)))


@dataclass(frozen=True, slots=True)
class Season:
    """What was ordered in these days, both included, may come back until a fixed day."""

    first: date
    last: date
    until: date


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
    promised_days: int  # working days from order to door, when an order names no day
    seasons: tuple["Season", ...] = ()
    free_return: frozenset[str] = frozenset()  # reasons for which the return fee is not taken
    refund_order: tuple[str, ...] = ()  # methods in the order in which money goes back to them
    refund_days: tuple[int, int] = (5, 7)  # working days until a refund is on the shopper's account
    price_match_days: int = 0  # days after the order in which a lower price of ours is paid back; 0: never
    warranty_days: int | None = None  # from delivery; None: nothing is said of it, and no claim comes too late
    answer_days: int = 2  # working days until a shopper hears of what staff look into
    lost_after_days: int = 7  # working days without a scan after the promised day: then a parcel counts as lost
    emergency: str = ""  # the number to call when somebody is in danger
    delivery_fee: Money | None = None  # None: the owner has named none
    free_delivery_from: Money | None = None  # goods of that much are delivered free
    methods: tuple[str, ...] = ()  # of payment
    authorisation_days: int = 7  # after which money that was only reserved is free again
    emergency_fire: str = ""  # … when something burns, where that is another one
    working: WorkingDays = field(default_factory=WorkingDays)
    modes: Mapping[str, WriteMode] = field(default_factory=dict)  # verb → mode; "all": of every other one
    vat: Mapping[str, int] = field(default_factory=dict)  # see `vat_rate`; hundredths of a percent
    delivery_back: bool = False  # who returns all of an order gets the charge for its delivery too

    @property
    def categories(self) -> Mapping[str, frozenset[str]]:
        """Key of policy.toml → the categories that it names."""
        taxed = {key.partition("/")[2] or key for key in self.vat if key != "all" and key not in self.countries}
        return {"not_returnable": self.not_returnable, "vat": frozenset(taxed)}

    def vat_rate(self, category: str, country: str) -> int | None:
        """The rate that prices hold, in hundredths of a percent: the most special one. None: no VAT is shown."""
        keys = (f"{country}/{category}", country, category, "all")
        return next((self.vat[key] for key in keys if key in self.vat), None)

    def mode(self, verb: str) -> WriteMode:
        """How far the bot may go with a verb; where the owner has said nothing, staff approve each one."""
        return self.modes.get(verb) or self.modes.get("all") or WriteMode.APPROVAL

    def delivery(self, goods: int) -> int | None:
        """What delivering goods of that sum costs, in minor units; None where the owner has named no charge."""
        if self.delivery_fee is None:
            return None
        free = self.free_delivery_from
        return 0 if free and goods >= free.minor else self.delivery_fee.minor

    def refund_by(self, method: str, started: date) -> date:
        """The last day by which a refund is on the account: a gift card has it at once."""
        return started if method == "gift_card" else self.working.after(started, self.refund_days[1])

    @property
    def emergency_numbers(self) -> Mapping[str, str]:
        """Reason to bring a person → the number to call before anything else."""
        numbers = {"injury": self.emergency, "recall": self.emergency, "fire": self.emergency_fire or self.emergency}
        return {reason: number for reason, number in numbers.items() if number}

    def return_until(self, delivered: date, ordered: date) -> date:
        """The last day of the return window of what came on `delivered`, the longest that applies."""
        usual = delivered + timedelta(days=self.return_days)
        return max([usual, *(season.until for season in self.seasons if season.first <= ordered <= season.last)])


@dataclass(frozen=True, slots=True)
class Policy:
    shop: Shopfront
    markets: Mapping[str, Market]
    max_error: float  # the share of wrong handling tolerated among what is handled without a person
    as_of_hours: int = 24  # older imported data are stated with their time; 0: never
    hours: OpeningHours = field(default_factory=OpeningHours)  # when people answer at the desk
    deadlines: Mapping[str, timedelta] = field(default_factory=dict)  # of handoffs → open time (bot/deadlines.py)

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
    front, homes = _shopfront(shop, folder), shop.tables("markets")
    limits = rules.tables_of("limits")
    markets = _markets(homes, rules.tables("markets"), limits, front["languages"] or ())
    max_error = rules.optional("max_error", checked.share, 0.03)
    as_of_hours = rules.optional("as_of_hours", checked.hours, 24)
    desk = rules.tables_of("desk") if "desk" in rules.values else None
    hours, deadlines = _desk(desk, front["zone"]) if desk else (OpeningHours(), {})
    if front["market"] is not None and front["market"] not in homes:
        problems.append(
            f"{SHOP_FILE}: default_market: there is no market {front['market']!r}; known: {', '.join(homes)}"
        )
    if front["vat_id"] == "" and (taxed := [name for name, market in markets.items() if market.vat]):
        problems.append(f"{POLICY_FILE}: markets.{taxed[0]}.vat: {SHOP_FILE} has no vat_id; who has none shows no VAT")
    for table in (shop, rules):
        table.unknown()
    if problems:
        return None, problems
    return Policy(Shopfront(**front), markets, max_error, as_of_hours, hours, deadlines), []


def _shopfront(shop: "CheckedTable", folder: Path) -> dict[str, Any]:
    return {
        "name": shop.value("name", checked.texts),
        "languages": shop.value("languages", checked.languages),
        "zone": shop.value("zone", checked.zone),
        "url": shop.value("url", checked.web_address),
        "email": shop.value("email", checked.email),
        "market": shop.value("default_market", checked.word),
        "company": shop.optional("company", checked.word, ""),
        "address": shop.optional("address", checked.words, ()),
        "vat_id": shop.optional("vat_id", checked.word, ""),
        "reset_url": shop.optional("reset_url", checked.web_address, ""),
        "review_url": shop.optional("review_url", checked.web_address, ""),
        "pictures": shop.optional("pictures", checked.origins, ()),
        "invoice_font": shop.optional("invoice_font", _font(folder), None),
    }


def _font(folder: Path) -> Callable[[Any], Path | None]:
    def check(value: Any) -> Path:
        file = folder / checked.word(value)
        check_font(file)
        return file

    return check


def _markets(
    homes: "dict[str, CheckedTable]",
    rules: "dict[str, CheckedTable]",
    limits: "CheckedTable",
    languages: tuple[str, ...],
) -> dict[str, Market]:
    markets = {}
    methods = checked.some_of(METHODS, "payment method")
    for name, home in homes.items():
        rule = rules.get(name)
        if rule is None:
            limits.problems.append(
                f"{POLICY_FILE}: markets.{name}: missing; every market of {SHOP_FILE} needs its rules"
            )
            continue
        currency = home.value("currency", checked.currency_code) or "GBP"
        countries = frozenset(home.value("countries", checked.countries) or ())
        least = floors.floor(countries)
        most = least.refund_days
        working = rule.tables_of("working") if "working" in rule.values else None
        markets[name] = Market(
            name=name,
            currency=currency,
            countries=countries,
            language=home.value("language", checked.one_of(languages)) or "",
            locales=home.value("locales", checked.locales(languages)) or {},
            return_days=rule.value("return_days", checked.days) or 0,
            return_fee=Money(rule.value("return_fee", checked.amount(currency)) or 0, currency),
            not_returnable=frozenset(rule.value("not_returnable", checked.words) or ()),
            approval_limit=Money(limits.value(currency, checked.amount(currency)) or 0, currency),
            promised_days=rule.value("promised_days", checked.days) or 0,
            seasons=rule.optional("seasons", _seasons, ()),
            free_return=frozenset(rule.optional("free_return", checked.some_of(reasons.KEYS, "reason"), floors.FAULTS)),
            refund_order=rule.optional("refund_order", methods, ()),
            refund_days=rule.optional("refund_days", checked.span, tuple(min(days, most) for days in (5, 7))),
            price_match_days=rule.optional("price_match_days", checked.days, 0),
            warranty_days=rule.optional("warranty_days", checked.days, None),
            answer_days=rule.optional("answer_days", checked.days, 2),
            lost_after_days=rule.optional("lost_after_days", checked.days, 7),
            delivery_fee=rule.optional("delivery_fee", checked.money(currency), None),
            free_delivery_from=rule.optional("free_delivery_from", checked.money(currency), None),
            methods=rule.optional("methods", methods, ()),
            authorisation_days=rule.optional("authorisation_days", checked.days, 7),
            emergency=rule.optional("emergency", checked.telephone, least.emergency),
            emergency_fire=rule.optional("emergency_fire", checked.telephone, least.emergency_fire),
            working=_working(working) if working else WorkingDays(),
            modes=_modes(rule.tables_of("modes")) if "modes" in rule.values else {},
            vat=rule.optional("vat", _vat(countries), {}),
            delivery_back=least.delivery_back,
        )
        limits.problems += [
            f"{POLICY_FILE}: markets.{name}.{key}: {fault}"
            for key, fault in floors.faults(markets[name]) if not {key, "return_fee"} & rule.wrong
        ]  # fmt: skip
        if "free_delivery_from" in rule.values and "delivery_fee" not in rule.values:
            limits.problems.append(f"{POLICY_FILE}: markets.{name}.free_delivery_from: needs a delivery_fee beside it")
        home.unknown()
        rule.unknown()
    limits.unknown()
    limits.problems += [
        f"{POLICY_FILE}: markets.{name}: {SHOP_FILE} has no such market" for name in rules if name not in homes
    ]
    return markets


def _seasons(value: Any) -> tuple[Season, ...]:
    if not isinstance(value, list) or not all(
        isinstance(row, dict) and row.keys() == {"from", "to", "until"} for row in value
    ):
        raise ValueError("must be rows like { from = 2026-11-01, to = 2026-12-24, until = 2027-01-31 }")
    seasons = tuple(Season(*(checked.day(row[key]) for key in ("from", "to", "until"))) for row in value)
    if strange := next((one for one in seasons if not one.first <= one.last <= one.until), None):
        raise ValueError(f"{strange.first} to {strange.last} until {strange.until}: the days must follow one another")
    return seasons


def _modes(table: "CheckedTable") -> dict[str, WriteMode]:
    modes = {verb: table.optional(verb, _mode, None) for verb in ("all", *WITH_MODE)}
    table.unknown()
    return {verb: mode for verb, mode in modes.items() if mode}


def _mode(value: Any) -> WriteMode | None:
    if value not in list(WriteMode):
        raise ValueError(f"{value!r} is no mode; {checked.known_here(str(value), list(WriteMode))}")
    return WriteMode(value)


def _vat(countries: Collection[str]) -> Callable[[Any], dict[str, int]]:
    """Rates by what they hold for: "all", a category, a country, or a category in a country ("DE/pantry")."""

    def check(value: Any) -> dict[str, int]:
        if not isinstance(value, dict) or "all" not in value:
            raise ValueError('must be a table of rates like { all = "20", pantry = "0" }')
        elsewhere = [key for key in value if re.fullmatch("[A-Z]{2}(/.+)?", key) and key[:2] not in countries]
        if elsewhere:
            known = ", ".join(sorted(countries))
            raise ValueError(f"{elsewhere[0][:2]} is no country of this market; its countries: {known}")
        return {key: checked.rate(rate) for key, rate in value.items()}

    return check


def _working(table: "CheckedTable") -> WorkingDays:
    found = WorkingDays(
        days=_days(table, WorkingDays().days),
        holidays=frozenset(table.optional("holidays", checked.date_list, ())),
        extra=frozenset(table.optional("extra", checked.date_list, ())),
        cut_off=table.optional("cut_off", checked.clock_time, None),
    )
    table.unknown()
    return found


def _desk(table: "CheckedTable", zone: ZoneInfo | None) -> tuple[OpeningHours, dict[str, timedelta]]:
    usual = OpeningHours()
    found = OpeningHours(
        days=_days(table, usual.days),
        first=table.optional("from", checked.clock_time, usual.first),
        last=table.optional("to", checked.clock_time, usual.last),
        holidays=frozenset(table.optional("holidays", checked.date_list, ())),
        zone=table.optional("zone", checked.zone, zone or usual.zone),
    )
    given = [key for key in ("from", "to") if key in table.values]
    if len(given) == 1:
        table.problems.append(f"{table.file}: {table.path}{given[0]}: from and to belong together")
    spans = {kind: table.optional(kind, checked.minutes, None) for kind in (*KINDS, IDLE)}
    table.unknown()
    return found, {kind: span for kind, span in spans.items() if span}


def _days(table: "CheckedTable", usual: frozenset[int]) -> frozenset[int]:
    days = table.optional("days", lambda value: weekdays(checked.words(value)), usual)
    if not days:
        table.problems.append(f"{table.file}: {table.path}days: at least one day must be worked")
    return days


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(f"{path.name}: missing; put it into {path.parent}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: not readable as TOML: {error}")
    return {}
