"""Days as shoppers write them, "Friday", "the 12th of May", 下周三, 5月12号, to dates. Pure: relative to a given today.

A day without a year, or a weekday, is the next one to come. "Next Friday" and 下周五 are Friday of the next calendar
week, Monday to Sunday. Where several days are named, the one that is wished for counts ("Wednesday instead of Friday").
"""

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot import numerals

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = r"mon|tues?|weds?|thur?s?|fri|sat|sun"
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TH = r"(?:st|nd|rd|th)"
_DAY = rf"(\d{{1,2}}){_TH}?(?!\d)"
_YEAR = r"(?:,?\s+(20\d\d)\b)?"
_CN = r"(\d{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_CN_WEEK = r"(?:周|週|星期|礼拜|禮拜)"
_NUMBER = rf"({numerals.PATTERN}|\ban?\b)"


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    words: re.Match[str]
    read: Callable[[re.Match[str], date, bool], date | None]


# --- what can be written, and which day it is -------------------------------------------------------------------------


def _dated(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(today: date, month: int, day: int, year: str | None = None) -> date | None:
    """That day of the year, the next one to come unless a year is named; 29 February may be years ahead."""
    if year:
        return _dated(int(year), month, day)
    days = (_dated(year, month, day) for year in range(today.year, today.year + 9))
    return next((found for found in days if found and found >= today), None)


def _of_month(today: date, day: int, months_on: int | None = None) -> date | None:
    """The next such day of a month, or that of the month so many on; 0 is the last day."""
    if months_on is None:
        ahead = (_of_month(today, day, count) for count in range(12))
        return next((found for found in ahead if found and found >= today), None)
    year, month = divmod(today.year * 12 + today.month - 1 + months_on, 12)
    return _dated(year, month + 1, day or calendar.monthrange(year, month + 1)[1])


def _weekday(today: date, day: int, weeks_on: int | None = None) -> date:
    """The next such weekday after today, or that of the calendar week so many on."""
    if weeks_on is None:
        return today + timedelta(days=(day - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=day - today.weekday() + 7 * weeks_on)


def _iso(words: re.Match[str], today: date, month_first: bool) -> date | None:
    return _dated(*(int(part) for part in words.groups()))


def _day_month(words: re.Match[str], today: date, month_first: bool) -> date | None:
    return _coming(today, _MONTHS.index(words[2][:3].lower()) + 1, int(words[1]), words[3])


def _month_day(words: re.Match[str], today: date, month_first: bool) -> date | None:
    return _coming(today, _MONTHS.index(words[1][:3].lower()) + 1, int(words[2]), words[3])


def _figures(words: re.Match[str], today: date, month_first: bool) -> date | None:
    day, month = int(words[1]), int(words[2])
    if day <= 12 and (month_first or month > 12):
        day, month = month, day
    year = words[3] and f"20{words[3][-2:]}"
    return _coming(today, month, day, year) if 1 <= month <= 12 else None


def _chinese_date(words: re.Match[str], today: date, month_first: bool) -> date | None:
    month, day = numerals.value(words[2]) or 0, numerals.value(words[3]) or 0
    return _coming(today, month, day, str(today.year + 1) if words[1] else None) if 1 <= month <= 12 else None


def _day_number(words: re.Match[str], today: date, month_first: bool) -> date | None:
    return _of_month(today, int(words[1]))


def _chinese_day_number(words: re.Match[str], today: date, month_first: bool) -> date | None:
    on = {"下": 1, "这": 0, "這": 0, "本": 0}.get((words[1] or "?")[0])
    return _of_month(today, numerals.value(words[2]) or 99, on)


def _month_end(words: re.Match[str], today: date, month_first: bool) -> date | None:
    return _of_month(today, 0, 1 if words[1] and words[1].lower() in ("next", "下") else 0)


def _english_weekday(words: re.Match[str], today: date, month_first: bool) -> date | None:
    place = next(place for place, name in enumerate(_WEEKDAYS) if name.startswith(words["day"][:3].lower()))
    later = bool(words["over"]) + bool(words["after"])
    return _weekday(today, place, 1 if words["next"] else None) + timedelta(weeks=later)


def _chinese_weekday(words: re.Match[str], today: date, month_first: bool) -> date | None:
    place = "一二三四五六日".find({"天": "日", "末": "六"}.get(words[2], words[2]))
    weeks_on = {"下下": 2, "下": 1, "这": 0, "這": 0, "本": 0}.get(words[1] or "")
    return _weekday(today, place, weeks_on)


_NAMED = {
    "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "今天": 0, "今晚": 0, "明天": 1, "明早": 1, "明晚": 1,
    "后天": 2, "後天": 2, "大后天": 3, "大後天": 3,
}  # fmt: skip


def _named(words: re.Match[str], today: date, month_first: bool) -> date | None:
    return today + timedelta(days=2 if "after" in words[0].lower() else _NAMED[words[0].lower()])


def _distance(words: re.Match[str], today: date, month_first: bool) -> date | None:
    count = 1 if words[1].lower() in ("a", "an") else numerals.value(words[1]) or 0
    return today + timedelta(days=count * (1 if words[2].lower() in ("day", "days", "天", "日") else 7))


# the first that fits a place wins it
_FORMS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), read)
    for pattern, read in (
        (r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)[日号號]?", _iso),
        (rf"\b{_DAY}(?:\s+of)?\s*{_MONTH}{_YEAR}", _day_month),
        (rf"\b{_MONTH}\s*(?:the\s+)?{_DAY}{_YEAR}", _month_day),
        (r"(?<![\d/.,:-])(\d{1,2})/(\d{1,2})(?:/((?:20)?\d\d))?(?![\d/])", _figures),
        (r"(?<![\d/.,:-])(\d{1,2})\.(\d{1,2})\.(?:((?:20)?\d\d)(?!\d))?(?!\d)", _figures),
        (r"\A\W*(\d{1,2})[.-](\d{1,2})()\W*\Z", _figures),
        (rf"(明年)?(?<!\d){_CN}月{_CN}[日号號]?", _chinese_date),
        (rf"\bin {_NUMBER}\s+(days?|weeks?)\b(?:['’] time)?", _distance),
        (rf"{_NUMBER}\s+(days?|weeks?) from (?:now|today)\b", _distance),
        (rf"{_NUMBER}[个個]?(天|日|周|週|星期|礼拜|禮拜)(?:之|以)?[后後](?!天)", _distance),
        (rf"[过過]{_NUMBER}[个個]?(天|周|週|星期|礼拜|禮拜)", _distance),
        (rf"(?:(下个?月|下個月|[这這本]个?月)|(?<![\d月.-])){_CN}[日号號](?![楼樓门門线線店馆館仓倉电電码碼机機院铺鋪])",
         _chinese_day_number),
        (r"(下)?个?個?月(?:底|末)", _month_end),
        (r"\b(?:the )?end of (?:(next|this|the) )?month\b", _month_end),
        (r"\b(?:the )?day after tomorrow\b|\b(?:today|tonight|tomorrow|tmrw?)\b|大?[后後]天|[今明][天晚]|明早", _named),
        (r"(?P<over>\bweek on )?(?:(?P<next>\bnext\s+)|(?<!last )(?<!past )\b)(?:the\s+)?"
         rf"(?P<day>{'|'.join(_WEEKDAYS)})\b(?P<after>\s+(?:week|after next)\b)?", _english_weekday),
        (rf"(?P<over>\bweek on )?(?:\b(?P<next>next)|\b(?:on|by|this|coming|from|to|until|till|for|or|of|about))\s+"
         rf"(?P<day>{_SHORT})\b(?P<after>\s+week\b)?", _english_weekday),
        (rf"(?P<over>)(?P<next>)\A\W*(?P<day>{_SHORT})(?P<after>)\W*\Z", _english_weekday),
        (rf"(?<!上)(?<!上[个個])(下下|下|这|這|本)?[个個]?{_CN_WEEK}([一二三四五六日天末])", _chinese_weekday),
        (rf"\b(?:the\s+)?(\d{{1,2}}){_TH}\b", _day_number),
    )
)  # fmt: skip

# --- which of several is wished for -----------------------------------------------------------------------------------

_NOT_THAT = re.compile(
    r"(?:\b(?:instead of|rather than|not|than|(?:can['’]?t|cannot|can not) (?:do|make|be in)|away|out)"
    r"(?: on)?(?: the)?|原[定来來本](?:是|的)?|不要|[别別]在?|不是)\s*\Z",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:\bfrom(?: the)?|[从從由])\s*\Z", re.IGNORECASE)
_LEFT = re.compile(r"\s*(?:的|那天)?(?:改|[换換]|推[迟遲]|延|挪|不行|不在|[没沒]空|不方便|送不了)", re.ASCII)
_AFTER = re.compile(r"\b(?:after|later than)(?: the)?\s*\Z", re.IGNORECASE)
_BEFORE = re.compile(r"(?<!not )\b(?:before|earlier than)(?: the)?\s*\Z", re.IGNORECASE)
_WEEKLY, _GAP = (_english_weekday, _chinese_weekday), re.compile(r"[\s,，(（]*(?:the\s+)?")
_CN_AFTER, _CN_BEFORE = re.compile(r"(?:之|以)?[后後](?!天)"), re.compile(r"(?:之|以)?前")


def parse(text: str, today: date, language: str = "en") -> date | None:
    """The day that is wished for; None when no day is named, or one that does not exist.

    In Chinese 5/12 is the 12th of May, elsewhere the 5th of December.
    """
    plain = _plain(text)
    found = _wished(plain)
    if found is None:
        return None
    day = found.read(found.words, today, language.startswith("zh") or any("\u3400" <= c <= "\u9fff" for c in plain))
    if day is None:
        return None
    before, after = plain[: found.start], plain[found.end :]
    later = bool(_AFTER.search(before) or _CN_AFTER.match(after))
    sooner = bool(_BEFORE.search(before) or _CN_BEFORE.match(after))
    return day + timedelta(days=later - sooner)


def mention(text: str) -> str:
    """The words that name the day wished for, with what stands right around them; "" when none is named."""
    plain = _plain(text)
    found = _wished(plain)
    if found is None:
        return ""
    start = next((hit.start() for form in (_AFTER, _BEFORE) if (hit := form.search(plain[: found.start]))), found.start)
    rest = next((hit.end() for form in (_CN_AFTER, _CN_BEFORE) if (hit := form.match(plain[found.end :]))), 0)
    return plain[start : found.end + rest].strip(" ,.!?，。！？")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text))


def _wished(plain: str) -> _Mention | None:
    named = _mentions(plain)
    kept = [one for one in named if not _NOT_THAT.search(plain[: one.start])]
    if len(kept) > 1:  # from Tuesday to Wednesday; 周日改到周一
        left = [one for one in kept if _FROM.search(plain[: one.start]) or _LEFT.match(plain[one.end :])]
        kept = [one for one in kept if one not in left] or kept
    return kept[0] if kept else None


def _mentions(plain: str) -> list[_Mention]:
    """Every day named, in the order of the text."""
    taken: list[_Mention] = []
    for form, read in _FORMS:
        for words in form.finditer(plain):
            if all(words.end() <= one.start or one.end <= words.start() for one in taken):
                taken.append(_Mention(words.start(), words.end(), words, read))
    taken.sort(key=lambda one: one.start)
    return [one for place, one in enumerate(taken) if not _repeated(plain, one, taken[max(place - 1, 0) : place + 2])]


def _repeated(plain: str, one: _Mention, around: list[_Mention]) -> bool:
    """Whether a weekday only stands beside its date: "Friday 13 March", 3月13号周五."""
    dated = [other for other in around if other.read not in _WEEKLY]
    gaps = (plain[min(one.end, other.end) : max(one.start, other.start)] for other in dated)
    return one.read in _WEEKLY and any(_GAP.fullmatch(gap) for gap in gaps)
