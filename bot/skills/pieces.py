"""How many pieces of a line a message is about: "only one of the two", "two more", 取消一份, 改成三个. Pure."""

import re

from bot.numerals import PATTERN, value

_N = rf"(?P<n>{PATTERN}|\ban?\b)"
_PIECES = "[个個件份双雙条條只隻瓶盒包套台本支把块塊张張箱罐卷片袋顶頂床](?![订訂]?[单單])"  # measure words of goods
_NOT_ORDERS = r"(?!\s*(?:of\s+)?(?:my|the|these|those)?\s*orders?\b)"
_MODEL = rf"(?![\w.%-]|\s?(?:ml|cm|mm|kg|g|l|inch|%)\b){_NOT_ORDERS}"  # "750 ml", "5GB" are no pieces

_OF_ORDER = r"(?:[订訂]?[单單])?(?:[a-z]{1,4}-?)?\d{4,}(?:[这這]?[订訂]?[单單])?(?:里面?|裡面?|中)?"  # 取消10102的一个


def _forms(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.ASCII) for pattern in patterns)


_STAY = _forms(
    rf"\b(?:only|just)\s+(?:want(?:ed)?|need(?:ed)?|meant|require[ds]?|keep)\s+{_N}{_MODEL}",
    rf"\b(?:want|need)(?:ed)?\s+(?:only|just)\s+{_N}{_MODEL}",
    rf"\bkeep\s+(?:only |just )?{_N}{_MODEL}",
    rf"\b(?:want(?:ed)?|need(?:ed)?)\s+{_N}{_MODEL}\s+(?:[a-z]+\s+){{0,2}}only\b",
    rf"\b{_N}\s+(?:is|are|will be|would be)\s+(?:enough|plenty)\b",
    rf"只(?:想|需)?[要留买買](?:了)?{_N}{_PIECES}",
    rf"[留](?:下)?{_N}{_PIECES}",
    rf"{_N}{_PIECES}就(?:够|夠|行|好|可以)",
)
_GO = _forms(
    rf"\b(?:cancel|remove|drop|delete|take (?:off|out|away))\s+(?:only |just )?{_N}{_MODEL}",
    rf"\btake\s+(?:only |just )?{_N}{_MODEL}[^.?!\n]{{0,30}}?\s(?:off|out|away)\b",
    rf"\b(?:only|just)\s+{_N}\s+of\b{_NOT_ORDERS}",
    rf"^(?:no|nope|sorry|actually)?\W*(?:only|just)\s+{_N}\W*$",
    rf"\b{_N}{_MODEL}\s+(?:[a-z]+\s+){{0,2}}only\b",
    rf"\b{_N}\s+(?:fewer|less|too many)\b",
    rf"(?:取消|退掉?|去掉|减掉?|減掉?|撤掉?|删掉?|刪掉?)(?:了)?(?:{_OF_ORDER})?(?:其中)?的?{_N}{_PIECES}",
    rf"{_N}{_PIECES}[^，。,.!?！？都也]{{0,8}}(?:不(?:想)?要|不想[买買])了?",
    rf"其中的?{_N}{_PIECES}",
    rf"[少](?:要|发|發)?{_N}{_PIECES}",
    rf"多(?:拍|买|買|下|点|點)了?{_N}{_PIECES}",
)
_OTHER = re.compile(r"\b(?:the|that) other(?: one)?\b|另(?:外)?一" + _PIECES, re.IGNORECASE)
_MORE = _forms(
    rf"\b{_N}\s+(?:more|extra|additional)\b(?! (?:things?|questions?|times?|changes?|days?|weeks?)\b)",
    rf"\b(?:add|another|extra)\s+{_N}{_MODEL}(?! of\b)",
    rf"(?:再|多|加)(?:来|來|加|要|拍|买|買)?{_N}{_PIECES}",
)
_ANOTHER = re.compile(r"\b(?:another|an extra|an additional)\b", re.IGNORECASE)
_TWICE = re.compile(r"\b(?:double|twice)\b|翻倍|加倍", re.IGNORECASE)
_COUNTED = _forms(
    rf"{PATTERN}{_PIECES}\s*(?:改|[换換]|[变變])(?:成|为|為|到)?\s*{_N}",
    rf"(?:改|[换換]|[变變]|[减減]|[增加])(?:成|为|為|到|至){_N}{_PIECES}",
    rf"\b{_N}{_MODEL}[^,.?!\n]{{0,40}}?,? (?:instead of|rather than|not) (?:the )?{PATTERN}{_MODEL}",
    rf"(?<!不)要{_N}{_PIECES}[^。！？\n]{{0,8}}?(?:不要|而不是|不是){PATTERN}{_PIECES}",
)
_CHANGED = _forms(  # of what, a size or a number of pieces, another word must say
    rf"\bfrom {PATTERN} to {_N}{_MODEL}",
    rf"\b(?:make (?:it|that|them)|(?:change|reduce|increase|raise|lower)\b[^.?!\n]{{0,40}}? to)\s+{_N}{_MODEL}",
    rf"(?:改|[换換]|[变變]|[减減]|[增加])(?:成|为|為|到|至){_N}",
)
_QUANTITY = re.compile(r"\b(?:quantity|qty|number of|how many|pieces|reduce|increase)\b|[数數]量", re.IGNORECASE)
_SWAP = _forms(
    rf"\b{_N}\s+of\b{_NOT_ORDERS}",
    rf"\b(?:change|swap|switch)\s+(?:only |just )?{_N}{_MODEL}(?! size)",
    rf"其中的?{_N}{_PIECES}",
    rf"[把将將]{_N}{_PIECES}",
)
_NOT = re.compile(r"\b(?:not|n't)\s+$|不是?$", re.IGNORECASE)


def to_go(said: str, have: int) -> int:
    """How many of `have` pieces are to be cancelled; 0 when the message says nothing of it, `have` when all are."""
    stay = _number(_STAY, said)
    if stay is not None:
        return max(0, have - stay)
    go = _number(_GO, said)
    if go is None and _OTHER.search(said) and have == 2:
        go = 1
    return min(go or 0, have)


def kept(said: str, name: str) -> int:
    """How many pieces of what is called so the message keeps of all that goes: "keep one notebook"; 0 for none."""
    word = re.escape(name)
    forms = _forms(
        rf"\b(?:keep|keeping|leave|except(?: for)?|but(?: not)?|apart from)\s+(?:only |just )?{_N}\s+"
        rf"(?:of\s+)?(?:the\s+|my\s+|those\s+)?{word}",
        rf"(?:留|除了)[下着]?{_N}{_PIECES}的?{word}",
        rf"{word}[^，。,.!?！？]{{0,3}}?留[下着]?{_N}{_PIECES}",
    )
    return _number(forms, said) or 0


def names_pieces(said: str) -> bool:
    """Whether the message speaks of a number of pieces to cancel or keep."""
    return _number(_STAY, said) is not None or _number(_GO, said) is not None


def to_have(said: str, given: str, have: int) -> int:
    """How many pieces there are to be instead of `have`; 0 when the message says nothing of it.

    `given`: the new quantity as it was tagged or answered. "From two to one" and 两份改成一份 say which one is new.
    """
    if (counted := _number(_COUNTED, said)) is not None:
        return counted
    if (given or _QUANTITY.search(said)) and (changed := _number(_CHANGED, said)) is not None:
        return changed
    if (more := _number(_MORE, said)) is not None:
        return have + more
    if (go := to_go(said, have)) and not given:
        return have - go
    if given:
        return int(given)
    if _TWICE.search(said):
        return 2 * have
    return have + 1 if _ANOTHER.search(said) else 0


def some_of(said: str, have: int) -> int:
    """How many of `have` pieces are to be another variant; 0 when all are."""
    some = _number(_SWAP, said) or 0
    return some if some < have else 0


def _number(forms: tuple[re.Pattern[str], ...], said: str) -> int | None:
    for form in forms:
        for found in form.finditer(said):
            word = found["n"].strip().lower()
            number = 1 if word in ("a", "an") else value(word)
            if number and not _NOT.search(said[: found.start()]):
                return number
    return None
