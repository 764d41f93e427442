"""The answer to a question: the value of the slot that was asked for, or which of the options is meant. Pure."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from bot.consent import plain_no
from bot.conversation import Option, SlotSpan
from bot.slots import MEANT, WIDE, means_all, parse, parse_tagged, run_together, tagged_order_number


def answer(slot: str, text: str, spans: Sequence[SlotSpan], options: Sequence[Option]) -> str | None:
    """The value of the slot that was asked for, read from the shopper's answer."""
    if slot == "lines" and (several := _choose_several(text, options)):
        return several
    if slot == "date" and (day := parse(slot, text)):
        return day  # "the 3rd" is no third choice
    if options and ((chosen := choose(text, options)) or slot not in MEANT | {"reason", "topic", "other"}):
        return chosen
    if slot == "reason" and plain_no(text):
        return "skip"
    tagged = next((span.value for span in run_together(spans, text) if span.name == slot), None)
    if tagged is not None and (value := parse_tagged(slot, tagged)):
        return value
    value = parse(slot, text)
    if slot == "contact" and value in [tagged_order_number(span.value) for span in spans if span.name == "order_id"]:
        return None  # five digits that the model reads as another order number, not as a postcode
    return value


_ORDINALS = {
    0: r"\b(?:first|1st)\b|第一|头一",
    1: r"\b(?:second|2nd)\b|第二|第两",
    2: r"\b(?:third|3rd)\b|第三",
    3: r"\b(?:fourth|4th)\b|第四",
    4: r"\b(?:fifth|5th)\b|第五",
    -1: r"\blast\b|最后|最後",
}
_ONE = r"\s?(?:one\b|option\b|product\b|suggestion\b|一?[个個款件种種双雙条條](?![问問]))"
_OF_SEVERAL = {at: re.compile(f"(?:{pattern}){_ONE}", re.IGNORECASE) for at, pattern in _ORDINALS.items()}


def place(text: str) -> int | None:
    """ "The second one", 最后一个: which of several things, counted from 0, or -1 for the last."""
    return next((at for at, pattern in _OF_SEVERAL.items() if pattern.search(text)), None)


_PLACE = re.compile(r"(?:#|no\.?|number|option|选|第)?\s*(\d{1,2})\s*(?:[.)、]|[号个件]|第)?")
_NOT = re.compile(r"\b(?:no|not|neither|none|except|without|\w+n['’]t)\b|不|别|別|除了", re.IGNORECASE | re.ASCII)
# said around a choice
_AROUND = re.compile(
    r"\b(?:the|an?|one|that|this|it|please|i|want|would|like|take|return|send|back|my)\b"
    r"|^(?:我?[要选選想退]|就|那)+|(?:[那这這][个個]|[的吧啊呀])+$",
    re.IGNORECASE | re.ASCII,
)
_SURE = 80  # RapidFuzz ratio, 0 to 100


def exact(text: str, options: Sequence[Option]) -> str | None:
    """The option whose label or value is the whole message: a button typed instead of pressed."""
    plain = text.strip().lower()
    return next((option.value for option in options if plain in (option.value.lower(), option.label.lower())), None)


_JOINT = re.compile(r"\s*(?:,|\+|&|\band\b|、|，|和|跟|与|還有|还有)\s*", re.IGNORECASE)


def _choose_several(text: str, options: Sequence[Option]) -> str | None:
    """ "The jumper and the slippers", 第一件和第二件: the values, comma separated; None unless every part is clear."""
    parts = [part for part in _JOINT.split(text) if part.strip()]
    chosen = [choose(part, options) for part in parts]
    if len(parts) < 2 or None in chosen or "all" in chosen:
        return None
    return ",".join(dict.fromkeys(filter(None, chosen)))


def choose(text: str, options: Sequence[Option]) -> str | None:
    """Which option is meant: its value or label, its number, "the second one", "all of them"; None when unclear."""
    if whole := exact(text, options):
        return whole
    plain = text.strip().lower()
    if _NOT.search(text):
        return None
    single = [option for option in options if option.value != "all"]
    if len(single) < len(options) and means_all(plain, len(single)):
        return "all"
    if (place := _PLACE.fullmatch(plain.translate(WIDE))) and 0 < int(place[1]) <= len(options):
        return options[int(place[1]) - 1].value
    for ordinal, pattern in _ORDINALS.items():
        if re.search(pattern, plain) and -len(single) <= ordinal < len(single):
            return single[ordinal].value
    inside = [option.value for option in options if _holds(plain, option.value.lower())]
    if len(inside) == 1:
        return inside[0]
    core = default_process(_AROUND.sub(" ", plain))
    if not any(map(str.isalpha, core)):
        return None
    likely = ((_likeness(core, default_process(option.label)), option.value) for option in options)
    scores = sorted(likely, reverse=True)
    if scores and scores[0][0] >= _SURE and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 10):
        return scores[0][1]
    return None


def _holds(text: str, value: str) -> bool:
    """Whether the value stands in the text as a word of its own."""
    return bool(re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text, re.ASCII))


def _likeness(said: str, label: str) -> float:
    """Whole words count; a part of a label only where it is long enough to mean something ("no" is not a notebook)."""
    part = len(said) <= len(label) and len(said) >= (4 if said.isascii() else 2)
    return max(fuzz.token_set_ratio(said, label), fuzz.partial_ratio(said, label) if part else 0)
