"""From what a shopper types to a postal address: parts given, parts found in the text, nothing kept of the old place.

Pure. Knows how a few countries write addresses; what it cannot read stays on the address lines as it was written.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache

from babel import Locale

from bot import slots
from bot.commerce import PostalAddress


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why no address came of it: the country is not served, or a part has to be asked for."""

    reason: str  # "country" or "bad_address"
    missing: str = ""  # "address", "postcode" or "phone"


def readdress(old: PostalAddress, parts: Mapping[str, str], served: Collection[str]) -> PostalAddress | Unfit:
    """The new address; recipient and phone are kept when not given, the old street and place never."""
    given = {name: " ".join(text.split()) for name, text in parts.items() if text and text.strip()}
    old = replace(old, recipient=given.get("recipient", old.recipient))
    if not given.keys() & {"address", "city", "postcode", "country"}:
        return _reached(old, given.get("phone", "")) if given else Unfit("bad_address", "address")
    text, country = _without_country(_LEAD_IN.sub("", given.get("address", "")))
    country = country_code(given["country"]) if "country" in given else country or old.country
    if country not in served:
        return Unfit("country")
    found = _read(text, country)
    postcode = _written(given.get("postcode", found.postcode), country)
    city, region = given.get("city", found.city), found.region
    lines = tuple(line for line in found.lines if line.casefold() not in (city.casefold(), (postcode or "").casefold()))
    if not _concrete("，".join(lines)) or (country == "GB" and not _HOUSE.search("，".join(lines))):
        return Unfit("bad_address", "address")
    if (
        postcode
        and same_postcode(postcode, old.postcode)
        and country == old.country
        and city.casefold() in ("", old.city.casefold())
    ):
        city, region = old.city, old.region  # the same postcode is the same place
    if postcode is None or not (postcode or ((city or region) and country not in _POSTCODE_NEEDED)):
        return Unfit("bad_address", "postcode")
    if country == "CN" and not city:  # a postcode of China stands for no place that a courier would read
        return Unfit("bad_address", "address")
    address = PostalAddress(old.recipient, lines, city, region, postcode, country, old.phone)
    return _reached(address, given.get("phone", ""))


def _reached(address: PostalAddress, phone: str) -> PostalAddress | Unfit:
    """With the phone that was given, read as its country writes it: in China couriers call a mobile."""
    if not phone:
        return address
    number = slots.phone(phone, (address.country,))
    if number is None or (address.country == "CN" and not re.fullmatch(r"\+861\d{10}", number)):
        return Unfit("bad_address", "phone")
    return replace(address, phone=number)


def same_postcode(left: str, right: str) -> bool:
    """Compared without spaces, hyphens and case; an empty one is the same as none."""
    return len(_bare(left)) >= 4 and _bare(left) == _bare(right)


def country_code(text: str) -> str:
    """ISO 3166 code of a country named in English, Chinese or its own language; "" if unknown."""
    plain = text.strip(" .。").casefold()
    return _countries().get(plain.removeprefix("the "), "")


# --- postcodes -------------------------------------------------------------------------------------------------------

_POSTCODES = {
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}-?\d{3}",
    "SE": r"\d{3} ?\d{2}",
    "CN": r"\d{6}",
    **dict.fromkeys(("AT", "BE", "DK", "LU", "CH", "NO"), r"\d{4}"),
    **dict.fromkeys(("DE", "ES", "FI", "FR", "IT"), r"\d{5}"),
}
_POSTCODE_NEEDED = frozenset(_POSTCODES) - {"CN", "IE"}  # there a city and a street are enough
_GAPS = {"GB": (-3, " "), "IE": (3, " "), "NL": (4, " "), "PL": (2, "-"), "PT": (4, "-"), "SE": (3, " ")}


def _pattern(country: str) -> str:
    return rf"(?<![A-Za-z0-9])(?:{_POSTCODES.get(country, r'[A-Z0-9][A-Z0-9 -]{2,8}[A-Z0-9]')})(?![A-Za-z0-9])"


def _bare(postcode: str) -> str:
    return re.sub(r"[\s-]", "", postcode).upper()


def _written(postcode: str, country: str) -> str | None:
    """As the country writes it; None if it is none of that country."""
    bare = _bare(postcode)
    if not bare:
        return ""
    if country not in _POSTCODES:
        return postcode.strip()
    at, gap = _GAPS.get(country, (len(bare), ""))
    written = bare[:at] + gap + bare[at:]
    return written if re.fullmatch(_POSTCODES[country], written) else None


# --- the address text ------------------------------------------------------------------------------------------------

_LEAD_IN = re.compile(
    r"^(?:[^\d,，]*?\b(?:to|is|at)\b:?\s+(?=\d|flat|unit|apt|apartment|suite|room)|[^\d,，]*?(?:address|地址)\s*[:：是为]\s*"
    r"|[^\d,，]*?(?:改到|改成|改为|改為|寄到|送到|发到|發到|换成|換成)[:：]?\s*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    lines: tuple[str, ...]
    city: str = ""
    region: str = ""
    postcode: str = ""


def _read(text: str, country: str) -> _Found:
    return (
        _read_chinese(text) if country == "CN" and re.search(r"[\u4e00-\u9fff]", text) else _read_western(text, country)
    )


def _read_western(text: str, country: str) -> _Found:
    """ "12 Mill Road, Leeds LS1 4DY" or "Torstraße 12, 10119 Berlin": the city stands beside or before the postcode."""
    segments = [segment.strip(" .") for segment in re.split(r"[,;，\n]", text) if segment.strip(" .")]
    for index in range(len(segments) - 1, -1, -1):
        codes = list(re.finditer(_pattern(country), segments[index], re.IGNORECASE))
        if not codes or (
            index == 0 and country not in ("GB", "IE", "NL") and codes[-1].start() == 0 and len(segments) > 1
        ):
            continue  # a number that opens the line is the house
        code = codes[-1]
        before, after = segments[index][: code.start()].strip(), segments[index][code.end() :].strip()
        if index == 0:  # no commas: only what follows the code is surely the city
            lines, city = ([before] if before else []) + segments[1:], after
        else:
            lines, city = segments[:index] + segments[index + 1 :], " ".join(filter(None, (before, after)))
            if not city and len(lines) > 1 and _is_place(lines[-1]):
                city = lines.pop()
        return _Found(tuple(lines), city, "", code.group())
    if len(segments) > 1 and _is_place(segments[-1]):
        return _Found(tuple(segments[:-1]), segments[-1])
    return _Found(tuple(segments))


_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南"
    "|四川|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|台湾"
)
_CHINESE = re.compile(
    rf"(?P<region>(?:{_PROVINCES})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?)?[\s,，]*"
    r"(?P<city>[\u4e00-\u9fff]{2,6}?(?:市|自治州|地区|盟)|[\u4e00-\u9fff]{2}(?=[\u4e00-\u9fff]{1,4}[区县]))?[\s,，]*(?P<rest>.*)"
)
_CITY_STATES = ("北京", "天津", "上海", "重庆")


def _read_chinese(text: str) -> _Found:
    """ "浙江省杭州市西湖区文三路18号": province and city lead, the rest stays one line."""
    code = re.search(_pattern("CN"), text)
    text = re.sub(r"^(?:中国|中华人民共和国)[\s,，]*", "", re.sub(_pattern("CN"), " ", text).strip(" ,，。"))
    found = _CHINESE.match(text.strip())
    region, city, rest = (found["region"] or "", found["city"] or "", found["rest"]) if found else ("", "", text)
    if region.startswith(_CITY_STATES):
        rest = rest if not city or city.startswith(_CITY_STATES) else city + rest
        region, city = "", region
    line = re.sub(r"\s+", " ", rest).strip(" ,，。")
    return _Found((line,) if line else (), city, region, code.group() if code else "")


_STREET = re.compile(
    r"\b(?:street|st|road|rd|lane|ln|avenue|ave|drive|close|court|crescent|terrace|way|place|square|gardens?|hill|row|mews|walk|park|house|cottage"
    r"|farm|rue|avenue|boulevard|chemin|impasse|quai|via|viale|piazza|corso|calle|carrer|avenida|paseo|plaza|praça|rua|ulica|ul|plac|weg|platz|allee"
    r"|gade|vej|gatan|katu)\b|stra(?:ß|ss)e|str\.|gasse|straat|laan|gracht|plein|路|街|巷|弄|号|号楼|村|苑|小区|大厦|广场|花园|镇|乡|胡同|里",
    re.IGNORECASE,
)
_HOUSE = re.compile(  # what a British street is not enough without: a number, or the name of the house
    r"\d|\b(?:house|cottage|farm|farmhouse|court|lodge|barn|hall|mill|villa|manor|vicarage|rectory|mansions?"
    r"|buildings?|tower|chambers|flats?|bungalow|grange|stables|school|hospital|university|college|hotel|inn|pub|church)\b"
    r"(?! (?:road|rd|street|st|lane|ln|avenue|ave|close|drive|way|terrace|hill|row|place|gardens?|crescent|walk)\b)",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:my|our|the|a|an|new|old|other|another|different|address|home|house|office|work|place|flat|parents?|mum|mother|friend|different|please|somewhere|else)\b"
    r"|我|家|公司|单位|新|别的|另|一个|地址|那边|这里|那里|的|换|学校|里|办公室",
    re.IGNORECASE,
)


def _concrete(text: str) -> bool:
    """Whether a postman could go there: a number with a name, or a named street or house."""
    rest = re.sub(r"[\s\W_]+", "", _VAGUE.sub(" ", text))
    letters = re.sub(r"\d", "", rest)
    enough = len(re.findall(r"[\u4e00-\u9fff]", letters)) >= 2 or len(letters) >= 3
    return enough and bool(re.search(r"\d|[一二三四五六七八九十百]+号", text) or _STREET.search(text))


def _is_place(segment: str) -> bool:
    return not re.search(r"\d", segment) and not _STREET.search(segment)


# --- countries -------------------------------------------------------------------------------------------------------


@cache
def _countries() -> dict[str, str]:
    names = {
        name.casefold(): code
        for language in ("en", "zh", "zh_Hant", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "fi")
        for code, name in Locale.parse(language).territories.items()
        if re.fullmatch(r"[A-Z]{2}", code)
    }
    codes = {code.casefold(): code for code in set(names.values())}
    british = dict.fromkeys(
        (
            "uk",
            "u.k",
            "britain",
            "great britain",
            "england",
            "scotland",
            "wales",
            "northern ireland",
            "英格兰",
            "苏格兰",
        ),
        "GB",
    )
    return (
        codes
        | names
        | british
        | {"holland": "NL", "usa": "US", "mainland china": "CN", "中国大陆": "CN", "大陆": "CN", "荷兰": "NL"}
    )


def _without_country(text: str) -> tuple[str, str]:
    """Cut a country named as the last part of the text: "…, Paris, France" → ("…, Paris", "FR")."""
    head, comma, tail = text.rpartition("," if "," in text else "，")
    if comma and len(tail.strip()) > 2 - (tail.strip() == "UK") and (code := country_code(tail)):
        return head.strip(), code
    return text, ""
