"""From spans the model tagged to values code can trust: parse, normalise. Pure.

A canonical slot value is a string; None means "this is not one".
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import phonenumbers

from bot import advice, causes, cues, days, measures, numerals, opt_in, shopping, tax_ids, wants
from bot.commerce import Measure
from bot.consent import plain_no
from bot.conversation import SlotSpan, plain_number

# --- single values ---------------------------------------------------------------------------------------------------

# a word before the number ("no. 10423") is no part of it; letters are when they stand at it ("sh-20488", "SH 20488");
# amounts, years with their sign, dates and what stands in an address of the web are none
_ORDER = re.compile(
    r"(?<![\w.@+/=£$€¥-])(?<![£$€¥]\s)(?:(?i:order|number|num|no|nr|id)[.:]?\s{0,2})?#?\s{0,2}"
    r"((?:(?!(?i:no|nr|id))[A-Za-z]{1,4}-?|(?!(?:NO|NR|ID|IS|IT|ITS|MY|AND|OR|FOR|THE|OF|IN|ON|AT|TO|BY|WAS|FROM|WITH)\b)[A-Z]{2,4}\s)?"
    r"\d{4,12}(?:-\d{2,6})?)(?![\w@%]|[.-]\w|\s{0,2}(?:[€£元块塊年室号號楼樓栋棟弄层層]|(?i:pounds?|euros?|eur|gbp|cny|rmb|usd|ml|g|kg|cm|mm|mah)\b))",
    re.ASCII,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")  # lengths: RFC 5321
_PHONE = re.compile(r"(?<!\w)\+?\d[\d\s().-]{6,18}\d(?!\w)", re.ASCII)
# with a country code, or as people in Europe and China write theirs: never an order number
_SURELY_PHONE = re.compile(
    r"(?:\+|\b00)\d{1,3}(?:[\s().-]{0,3}\d){7,11}(?!\d)|(?<!\d)0\d{2,4}[\s-]?\d{3,4}[\s-]?\d{3,4}(?![\d-])"
    r"|(?<!\d)0\d{2,4}[\s-]\d{5,8}(?!\d)|(?<!\d)0\d(?:[\s.]\d{2}){4}(?!\d)|(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)",
    re.ASCII,
)
_ROOM = re.compile(r"\b(?:flat|unit|apt\.?|apartment|room|suite|block)\s*#?\d+[A-Z]?\b", re.IGNORECASE | re.ASCII)
_CALLED_POSTCODE = re.compile(
    r"(?:[邮郵]政?[编編][码碼]?|\b(?:post ?code|zip)(?: is|['’]s)?)[\s:：是为為]{0,3}(\d{4,6}(?!\d)(?:\s?[A-Z]{2}\b)?)",
    re.IGNORECASE | re.ASCII,
)
# UK (Royal Mail), Netherlands, Poland and Portugal; then five or six digits (most of the EU, China)
_POSTCODES = tuple(
    re.compile(rf"(?<![A-Z0-9])({pattern})(?![A-Z0-9-])", re.IGNORECASE | re.ASCII)
    for pattern in (
        r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|\d{4}\s?(?!(?:an|at|by|in|is|it|my|no|of|on|or|so|to)\b)[A-Z]{2}"
        r"|\d{2}-\d{3}|\d{4}-\d{3}",
        r"\d{4,6}",
    )
)
# unmistakable, even untagged
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE | re.ASCII)
_CHINESE_DIGITS = str.maketrans("零一二两三四五六七八九〇幺", "0122345678901")
WIDE = str.maketrans("０１２３４５６７８９＃－＠．＋杠槓", "0123456789#-@.+--")


def order_numbers(text: str) -> tuple[str, ...]:
    """Every order number in `text`, without marks: "#10423" → "10423", "sh-20488" → "SH-20488"."""
    rest = text.translate(WIDE)
    for other in (_EMAIL, _SURELY_PHONE, _ROOM, _CALLED_POSTCODE):
        rest = other.sub(" ", rest)
    found = _ORDER.findall(rest)
    return tuple(dict.fromkeys(re.sub(r"\s", "-", number).upper() for number in found))


def order_number(text: str) -> str | None:
    return next(iter(order_numbers(text)), None)


_SPOKEN = {
    "oh": "0", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
}  # fmt: skip
_SPOKEN_NUMBER = re.compile(rf"(?:\b(?:{'|'.join(_SPOKEN)})\b[\s,-]*){{3,}}", re.IGNORECASE)


def tagged_order_number(text: str) -> str | None:
    """An order number the model has tagged: any short value with a digit, spelled-out digits read too."""
    plain = order_numbers(text)
    if len(plain) == 1 and sum(map(str.isdigit, plain[0])) == sum(map(str.isdigit, text)):
        return plain[0]
    if spoken := _SPOKEN_NUMBER.search(text):
        return "".join(_SPOKEN[word] for word in re.findall("[a-z]+", spoken[0].lower()))
    digits = text.translate(WIDE).translate(_CHINESE_DIGITS)
    value = re.sub(r"[\s#№]", "", digits).strip(".,:;。，").upper()
    return value if any(character.isdigit() for character in value) and len(value) <= 24 else None


def email(text: str) -> str | None:
    found = _EMAIL.search(text.translate(WIDE))
    return found[0].rstrip(".").lower() if found else None


def phone(text: str, regions: Sequence[str] = ("GB", "CN", "DE")) -> str | None:
    """A phone number as E.164; national forms are tried for each region in turn."""
    wide = text.translate(WIDE)
    found = _SURELY_PHONE.search(wide) or _PHONE.search(wide)
    if not found:
        return None
    if sum(character.isdigit() for character in found[0]) < 9:
        return None
    numbers = []
    for region in regions:
        with contextlib.suppress(phonenumbers.NumberParseException):
            numbers.append(phonenumbers.parse(found[0], region))
    # a valid number before a merely possible one: reserved ranges (Ofcom's drama numbers) are possible, not valid
    for fits in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in filter(fits, numbers):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def phone_as_written(text: str) -> str | None:
    """A phone number whose country is known only later: its digits, with the plus that was written."""
    if not phone(text):
        return None
    wide = text.translate(WIDE)
    found = _SURELY_PHONE.search(wide) or _PHONE.search(wide)
    return re.sub(r"[^+\d]", "", found[0]) if found else None


def same_phone(left: str, right: str) -> bool:
    """Digits compared without country code (+86, +44, …), trunk zero, spaces and dashes."""

    def national(text: str) -> str:
        digits = re.sub(r"\D", "", re.sub(r"^\s*(?:\+|00)(86|44|49|33|39|34|31|48|353|32|43)", "", text))
        return digits.lstrip("0")

    return len(national(left)) >= 7 and national(left) == national(right)


def postcode(text: str) -> str | None:
    """One with letters or a dash before one of digits alone, which may be any number."""
    found = next(filter(None, (pattern.search(text.translate(WIDE)) for pattern in _POSTCODES)), None)
    return re.sub(r"\s+", "", found[1]).upper() if found else None


def contact(text: str) -> str | None:
    """What proves a shopper beside the order number: e-mail, phone, or postcode (delivery status only)."""
    return email(text) or phone(text) or postcode(text)


def quantity(text: str) -> str | None:
    """A count in digits or words: "3", "three", 三个, 十二件."""
    found = numerals.first(text.translate(WIDE))
    return str(found) if found else None


def gift_note(text: str) -> str | None:
    """The shopper's own words, on one line, every mark kept."""
    return " ".join(text.split()) or None


# a code after its own word: "code AUTUMN20", 优惠码是AUTUMN20; with a figure or in capitals
_CODE = r"(?=[A-Za-z_-]*\d|[A-Z]{4})[A-Za-z0-9][A-Za-z0-9_-]{2,23}(?![\w@-]|\.\w)"
_CODE_NAMED = re.compile(
    rf"(?:\b(?i:codes?|vouchers?|coupons?|promo)\b|[码碼券])[\s:：是为為“\"'‘「]{{0,4}}({_CODE})", re.ASCII
)
_CODE_ALONE = re.compile(rf"(?<![\w@.-]){_CODE}", re.ASCII)


_CODE_TRIED = re.compile(
    r"\b(?i:use|using|apply|redeem|try|enter|does|will)\b[^.!?]{0,20}?(?<![\w-])[A-Z]{4,20}\d{0,3}(?![\w-])"
    r"|^\W*[A-Z]{4,20}\d{1,3}\W*$|(?:用|[输輸]入|[试試])[^，。！？]{0,6}?[A-Z]{4,20}\d{0,3}"
    r"|[A-Z]{4,20}\d{0,3}[^，。！？]{0,4}?(?:能|可以)用",
    re.ASCII,
)


def tries_code(text: str) -> bool:
    """ "Can I use WINTER10", "SPRING20?", SPRING20能用吗: a promotion's code, whatever was asked."""
    return bool(_CODE_NAMED.search(text) or _CODE_TRIED.search(text))


def coupon(text: str) -> str | None:
    """A promotion's code in capitals: the one word of the text that looks like one, or its only word."""
    found, words = _CODE_ALONE.findall(text), text.strip(" .,;:!?，。；：！？“”\"'‘’").split()
    if len(found) == 1 or (len(words) == 1 and len(words[0]) <= 40):
        return (found or words)[0].upper()
    return None


_NO_TAX_ID = re.compile(
    r"\b(?:don['’]?t have|have no|haven['’]?t|not registered|without)\b|[没沒]有|[无無]", re.IGNORECASE
)
_SIGNS = re.compile(r"[A-Za-z0-9*+]+(?:[ .-][A-Za-z0-9*+]*\d[A-Za-z0-9*+]*)*", re.ASCII)


def tax_id(text: str) -> str | None:
    """A company's tax number without gaps, whether or not it is a valid one; "skip" for one who has none."""
    if found := tax_ids.find(text):
        return found
    numbers = [tax_ids.bare(hit) for hit in _SIGNS.findall(text.translate(WIDE)) if sum(map(str.isdigit, hit)) >= 5]
    return max(numbers, key=len, default=None) or ("skip" if plain_no(text) or _NO_TAX_ID.search(text) else None)


def free_text(text: str) -> str | None:
    """Reasons, names, products: the words themselves, on one line, at most 300 characters."""
    return " ".join(text.split()).strip(" .,;:!?，。；：！？")[:300] or None


_PARSERS: dict[str, Callable[[str], str | None]] = {
    "order_id": order_number, "email": email, "phone": phone_as_written, "postcode": postcode, "contact": contact,
    "quantity": quantity, "new_quantity": quantity, "date": lambda text: days.mention(text) or None,
    "gift_note": gift_note, "wish": wants.wish, "checked": wants.checked, "coupon": coupon, "tax_id": tax_id,
    **{measure.value: partial(measures.answer, measure) for measure in Measure},
}  # fmt: skip
MEANT = frozenset({"wish", "checked"})  # read out of a whole sentence, beside the buttons that are offered


def parse(slot: str, text: str) -> str | None:
    return _PARSERS.get(slot, free_text)(text)


def parse_tagged(slot: str, text: str) -> str | None:
    """Like `parse`, for a span that the model has tagged as this slot; any words may be a date then."""
    if slot == "date":
        return free_text(text)
    return tagged_order_number(text) if slot == "order_id" else parse(slot, text)


# --- from a message --------------------------------------------------------------------------------------------------


def collect(spans: Iterable[SlotSpan], text: str, wanted: Sequence[str]) -> dict[str, str]:
    """The wanted slots that a message carries: tagged spans first, then what a pattern finds for sure."""
    values: dict[str, str] = {}
    spans = run_together(spans, text)
    for span in spans:
        value = parse_tagged(span.name, span.value) if span.name in wanted and span.name != "order_id" else None
        if value and span.name not in values:
            values[span.name] = value
        elif value and span.name == "address":  # street and town tagged apart
            values["address"] += f", {value}"
    if "products" in wanted and (names := [free_text(span.value) for span in spans if span.name == "product"]):
        values["products"] = "\n".join(filter(None, names))
        if "keep" in wanted and (stays := [name for name in names if name and cues.kept(text, name)]):
            values["keep"] = "\n".join(stays)
    if "order_id" in wanted and (numbers := orders_named(spans, text)):
        values["order_id"] = numbers[0]
    if "tax_id" in wanted and (number := tax_ids.find(text)):
        values["tax_id"] = number
    if "contact" in wanted and (value := _sure_contact(text, wanted)):
        values["contact"] = value
    if "postcode" in wanted and (found := _UK_POSTCODE.search(text)):
        values["postcode"] = found[0].upper()
    if "wishes" in wanted and (said := shopping.wishes(tuple(spans), text)):
        values["wishes"] = shopping.dumps(said)
    if "product" in values and (names := shopping.names(tuple(spans), text)):
        values["product"] = free_text(names[0]) or values["product"]  # with its brand
    if "goods" in wanted and (names := advice.compared(tuple(spans), text) or (cues.beside(text),)) and names[0]:
        values["goods"] = "\n".join(names)
    if "coupon" in wanted and "coupon" not in values and (code := _CODE_NAMED.search(text)):
        values["coupon"] = code[1].upper()
    elif "coupon" in wanted and "coupon" not in values and tries_code(text) and (tried := coupon(text)):
        values["coupon"] = tried
    values |= cues.found(text, wanted)
    values |= {name: f"{value:g}" for name, value in measures.found(text).items() if name in wanted}
    if "notice" in wanted and (wish := opt_in.asked(text)):
        values["notice"] = wish.awaited
    if values.get("postcode", "") == values.get("order_id"):
        values.pop("postcode", None)
    told = {
        "whole": shopping.whole, "cause": causes.cause, "same": causes.same_again, "quantity": causes.pieces,
        "wish": wants.wish,
    }  # fmt: skip
    return values | {name: found for name, tell in told.items() if name in wanted and (found := tell(text))}


def run_together(spans: Iterable[SlotSpan], text: str) -> list[SlotSpan]:
    """A Chinese address is written in one run: towns that touch it in the text are parts of it."""
    out: list[SlotSpan] = []
    for span in sorted(spans, key=lambda span: span.start):
        last = out[-1] if out else None
        near = last is not None and text[last.end : span.start] in ("", "省", "市")
        places = {last.name, span.name} if last and near else set()
        if span.name == "address" and not near:
            span = _whole_address(span, text, last.end if last else 0)
        if last and "address" in places and places <= {"address", "city"} and "\u4e00" <= span.value[0] <= "\u9fff":
            out[-1] = SlotSpan("address", text[last.start : span.end], last.start, span.end)
        else:
            out.append(span)
    return out


_ADDRESS_LED_IN = re.compile(
    r"(?:[改换換寄送发發搬](?:一下|[下到成为為往至给給去在])+|地址(?:一下|[改换換是为為到成])*|住在?|我在|是)(?!.*(?:改|寄|送)[到成])"
)


def _whole_address(span: SlotSpan, text: str, floor: int) -> SlotSpan:
    """A Chinese address whose first letters the tags cut off: from what leads in to it, to the end of its numbers."""
    if not "\u4e00" <= span.value[:1] <= "\u9fff":
        return span
    run = re.search(r"[\u4e00-\u9fff]*$", text[floor : span.start])
    before = run[0] if run else ""
    led = list(_ADDRESS_LED_IN.finditer(before))
    missing = before[led[-1].end() :] if led else before
    if not led and len(missing) > 2 and not re.search(r"[省市区區县縣]$", missing):
        missing = ""  # words of the sentence, as far as one can tell
    start = span.start - len(missing)
    rest = re.match(r"[\d号號栋棟幢座单單元室楼樓层層-]*", text[span.end :])
    end = span.end + (rest.end() if rest else 0)
    return SlotSpan("address", text[start:end], start, end)


def _sure_contact(text: str, wanted: Sequence[str]) -> str | None:
    """An e-mail, phone or postcode beyond doubt. Where a new phone or postcode is wanted, only an e-mail is one."""
    sure = _SURELY_PHONE.search(text.translate(WIDE)) if "phone" not in wanted else None
    return email(text) or (phone(sure[0]) if sure else None) or (None if "postcode" in wanted else _sure_postcode(text))


def _sure_postcode(text: str) -> str | None:
    """One that is called so, or that nothing else looks like: the British kind."""
    code = _UK_POSTCODE.search(text)
    called = _CALLED_POSTCODE.search(text.translate(WIDE))
    return postcode(code[0] if code else called[1] if called else "")


def labelled(values: Mapping[str, str]) -> bool:
    """Whether a message gave an order's number and a postcode: what stands on a parcel, and opens where it is alone."""
    contact = values.get("contact", "")
    return "order_id" in values and bool(contact) and postcode(contact) == contact


def orders_named(spans: Iterable[SlotSpan], text: str) -> tuple[str, ...]:
    """Every order a message names: those tagged, else what looks like one outside what is tagged as something else."""
    spans = tuple(spans)
    tagged = [_whole(span, text) for span in spans if span.name == "order_id"]
    numbers = [value for word in tagged if not _is_contact(word) and (value := tagged_order_number(word))]
    if numbers:
        return tuple(dict.fromkeys(numbers))
    rest, sure = text, _sure_postcode(text)
    for span in spans:
        rather = span.name == "postcode" and sure and postcode(span.value) != sure  # the postcode is another one
        if span.name in _NEVER_ORDERS and not rather:
            rest = rest[: span.start] + " " * (span.end - span.start) + rest[span.end :]
    return tuple(found for found in order_numbers(rest) if not _YEAR.fullmatch(found))


_NEVER_ORDERS = frozenset({"address", "postcode", "phone", "tracking_no", "tax_id", "email"})


def _whole(span: SlotSpan, text: str) -> str:
    """The span grown to whole words of letters, digits and dashes: "10" in "10042" is none."""
    start, end = span.start, span.end
    while start > 0 and _WORDY.match(text[start - 1]):
        start -= 1
    while end < len(text) and _WORDY.match(text[end]):
        end += 1
    return text[start:end]


_WORDY = re.compile(r"[\w-]", re.ASCII)


def _is_contact(text: str) -> bool:
    return bool(_EMAIL.search(text) or _SURELY_PHONE.fullmatch(text.strip().translate(WIDE)))


# --- what stands around a value --------------------------------------------------------------------------------------

_ALL = re.compile(
    r"\b(?:all|everything|every one|the lot|whole)\b|全部|所有|都(?:要|退|取消|不要)|一起退",
    re.IGNORECASE | re.ASCII,
)
_BOTH = re.compile(r"\bboth\b|[两兩][个個件样樣款双雙条條]都", re.IGNORECASE | re.ASCII)


def means_all(text: str, there: int) -> bool:
    """ "All of them": everything of what is `there` to choose from; "both" only where that is no more than two."""
    return bool(_ALL.search(_BOTH.sub(" ", text))) or (there <= 2 and means_both(text))


def means_both(text: str) -> bool:
    return bool(_BOTH.search(text))


_ADDS = re.compile(
    r"\btoo\b(?=\W*(?:(?:please|pls|then|thanks?|thank you)\b|[.,;!?\n]|$))|\b(?:also|as well|in addition)\b"
    r"|也|[还還]有|[另加]外|一起",
    re.IGNORECASE,
)


def adds(text: str) -> bool:
    """ "The mug too", 杯子也是: what it names comes beside what was named before."""
    return bool(_ADDS.search(text))


# a word with a digit in it; Chinese has no spaces to end one
_WITH_DIGIT = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]{0,64}\d[^\s\u2e80-\u9fff\uff00-\uffef]*")


_AROUND_VARIANT = re.compile(
    r"\b(?:in|the|an?|and|size|colou?r|please|pls|one|ones|that|it|for me|thanks?|then|with|make it|i['’]ll take)\b"
    r"|[的色码碼号號款件个個那就要吧和，、谢謝请請]",
    re.IGNORECASE,
)


def only_variant(spans: Iterable[SlotSpan], text: str) -> bool:
    """ "Green S", 黑色M码: a colour, a size or both, and nothing else."""
    named = [span for span in spans if span.name in ("color", "size", "new_color", "new_size")]
    rest = text
    for span in named:
        rest = rest[: span.start] + " " * (span.end - span.start) + rest[span.end :]
    return bool(named) and not any(map(str.isalnum, _AROUND_VARIANT.sub(" ", rest)))


def without_values(text: str) -> str:
    """The words around e-mails and numbers: what a language can be told by."""
    return _WITH_DIGIT.sub(" ", _EMAIL.sub(" ", text))


def brief(text: str) -> bool:
    """ "And in white?", 有M码吗: too short to bring up anything new."""
    return len(text.split()) <= 5 and sum(character > "\u2e80" for character in text) <= 10


_SHOWN = re.compile(r"\b(?:it|this|that|them|these|those|ones?)\b|[这這那它]|[个個款件]的", re.IGNORECASE)


def points_at_shown(text: str) -> bool:
    """ "In blue?", "do you have any of those under 50?": brief, or said of what was shown."""
    return brief(text) or bool(_SHOWN.search(text))


def is_free(slot: str) -> bool:
    """Whether any words can be this slot's value."""
    return slot not in _PARSERS


def bare(slot: str, text: str, value: str | None) -> bool:
    """Whether the message is little more than this value; free text is never bare: any words would be."""
    if value is None or slot not in _PARSERS or slot == "gift_note":
        return False
    return len(text.strip()) <= (80 if slot in MEANT else len(value) + 12)


_AROUND_NUMBER = re.compile(
    r"\b(?:it['’]?s|it|is|the|my|order|number|no|nr|num|id|for|one|this|that|was|yes|ok(?:ay)?|sure|sorry|please|thanks?"
    r"|thank you|hi|hello|i|think|mean|should be|maybe)\b"
    r"|[订訂][单單][号號]?|[单單][号號]|[编編][号號]|[号號][码碼]?|我|就?是|[这這那][个個张張]|[请請谢謝好嗯的吧呢啊哦]|[应應][该該]",
    re.IGNORECASE | re.ASCII,
)


def only_number(text: str, number: str) -> bool:
    """Whether nothing is said beside an order's number: "it's SP 1001", but not "cancel SP 1001", SP1001整单取消."""
    said = plain_number(_AROUND_NUMBER.sub(" ", text))
    return len(said.replace(plain_number(number), "", 1)) <= 2  # letters
