"""What a message names of an order's lines where the model marked no product in it. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.commerce import Line

_COMMON = frozenset((  # these stand in the names of goods and say nothing by themselves
    "and", "for", "the", "with", "set", "pack", "pair", "box", "size", "one", "two", "new", "all", "order", "from",
    "this", "that", "not",
))  # fmt: skip
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")
_RUN = re.compile(r"[\u3400-\u9fff]{2,}")


def lines_in(said: str, lines: Sequence[Line]) -> dict[str, list[Line]]:
    """What the message calls them → the lines in whose names these words stand, in whichever language."""
    names = {line.id: " ".join(line.name.texts.values()).lower() for line in lines}
    words = {id_: {_stem(word) for word in _WORD.findall(name)} for id_, name in names.items()}
    hits: dict[str, list[Line]] = {}
    start, end, found = 0, 0, list[Line]()
    for here, there, stem in _pieces(said):
        mine = [line for line in lines if (stem in words[line.id] if stem.isascii() else stem in names[line.id])]
        both = [line for line in mine if line in found]
        if both and not said[end:here].strip(" -"):  # "grip gloves" is one name
            end, found = there, both
        elif mine:
            start, end, found = here, there, mine
        else:
            continue
        hits = {name: lines for name, lines in hits.items() if not said[start:end].startswith(name)}
        hits[said[start:end]] = found
    return hits


def _pieces(said: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, what is looked for) of each word, and of each pair of Chinese characters."""
    spots = [(hit.start(), hit.end(), _stem(hit[0].lower())) for hit in _WORD.finditer(said)]
    spots = [spot for spot in spots if len(spot[2]) > 2 and spot[2] not in _COMMON]
    pairs = [(at, at + 2, said[at : at + 2]) for run in _RUN.finditer(said) for at in range(run.start(), run.end() - 1)]
    yield from sorted(spots + pairs)


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


_DETERMINED = r"\s+(?:(?:just|only|also)\s+)?(?:the|my|that|those|these|this)\s+(?P<what>[^,.;:!?\n]+)"
_ENDS = re.compile(
    r"\s*(?:\b(?:from|in|of|on|off|out|for|to|because|since|as|that|which|i|we|you|please|and|or|but|with|instead|now"
    r"|today|asap|right|immediately|before|if|is|was|are|were|thanks?|again|number|no)\b|\d|#).*",
    re.IGNORECASE | re.DOTALL,
)
_WHOLE = re.compile(
    r"\b(?:orders?|everything|all|both|it|them|whole|entire|lot|rest|remain\w*|others?|ones?|purchases?|parcels?"
    r"|packages?|shipments?|delivery|items?|things?|stuff|products?|articles?|goods|last|latest|first|second)\b",
    re.IGNORECASE,
)
_CHINESE = r"(?:一下|掉|了)?+(?:我的|那[个件双]|这[个件双])?(?P<what>[\u3400-\u9fff]{1,6})"
_NO_GOODS = re.compile("[单單全都所它这那哪一吧吗了啊啦和跟或下订訂货貨款]|整|其|部分|东西|商品|什么")
# intent → what is asked for with it
_OBJECT: Mapping[str, tuple[re.Pattern[str], ...]] = {
    intent: (re.compile(rf"\b(?:{english}){_DETERMINED}", re.IGNORECASE), re.compile(rf"(?:{chinese}){_CHINESE}"))
    for intent, (english, chinese) in {
        "cancel_order": ("cancel|remove|drop", "取消"),
        "return_item": ("return|send back|give back", "退掉?|退回"),
    }.items()
}


def asked_for(said: str, intent: str) -> str:
    """The noun of "cancel the lock from my order", 取消车锁; "" where it is the whole order, or nothing so plain."""
    english, chinese = _OBJECT.get(intent, (None, None))
    if english and (hit := english.search(said)):
        noun = _ENDS.sub("", hit["what"]).strip()
        return "" if _WHOLE.search(noun) or len(noun.split()) > 3 else noun
    if chinese and (hit := chinese.search(said)):
        return "" if _NO_GOODS.search(hit["what"]) else hit["what"]
    return ""


_JOINED = re.compile(
    r"\s*(?:,|&|\+|\band\b|\bplus\b)(?:\s+also)?\s+(?:the|my|that|those|these|this)\s+(?P<what>[^,.;:!?\n]+)"
    r"|[和跟与與及、](?:我的|那[个個件双雙]|[这這][个個件双雙])?"
    r"(?P<zh>(?:(?![都也就不想要能可吗嗎退换換取寄了给給帮幫我你您太有坏壞在还還吧单單])[\u3400-\u9fff]){2,8})",
    re.IGNORECASE,
)


def joined(said: str, name: str) -> str:
    """What is named in one breath with it, "the apron and the tin", 围裙和吐司模; "" where nothing is."""
    place = said.lower().find(name.lower())
    hit = _JOINED.match(said, place + len(name)) if name and place >= 0 else None
    if hit is None:
        return ""
    noun = hit["zh"] or _ENDS.sub("", hit["what"]).strip()
    return "" if len(noun.split()) > 3 or _WHOLE.search(noun) or (hit["zh"] and _NO_GOODS.search(noun)) else noun
