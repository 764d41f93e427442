"""Words that ask for advice so plainly that the model need not say so: comparing, and what may count in it. Pure.

English and Chinese, simplified and traditional.
"""

import re
from collections.abc import Sequence

from bot.conversation import SlotSpan
from bot.shopping import names


def _compiled(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# --- comparing -------------------------------------------------------------------------------------------------------

_BETTER = r"(?:better|best|nicer|warmer|cheaper|lighter|stronger|more \w+)"
_COMPARES = _compiled(
    r"\bcompar(?:e|es|ed|ing|ison)\b|\bversus\b|\bvs\b|\bdifferences? (?:between|from)\b|what['’]?s the difference",
    r"\bwhich (?:one |of (?:them|these|those|the two) )?(?:is|are|would be|do you think is|should i)\b[^.?!]{0,30}",
    rf"\b{_BETTER}[^.?!]{{0,30}}\bor\b|\bis\b[^.?!]{{1,60}}\b{_BETTER} than\b",
    r"哪[个個款件种種]?[^，。？?]{0,4}(?:更|比[较較])?(?:好|合[适適]|[划劃]算|便宜|暖|值得|耐用|推[荐薦])",
    r"有[什甚](?:么|麼)?(?:[区區]别|[区區]別|不同|差[别別])|[对對]比|比[较較]一下|比一比",
)
_THOSE = _compiled(
    rf"\W*(?:and |so |ok |then )?which (?:one|of (?:them|these|those|the two))(?: is| are| would be|'s)?"
    rf"(?: the)? {_BETTER}(?: one)?(?: then| of (?:them|these|those))?\W*",
    r"\W*(?:那|[这這]|[两兩]|[这這][两兩]|[它他]们|[几幾])*[个個款件]?(?:里面|当中|之中)?哪[个個款件]?(?:更|比[较較])?(?:好|合[适適]|[划劃]算|便宜)\w?\W*",
)


_SIDE = r"(?:the |your |an? )?(?P<{}>[^,.;:?!，。？！、\n]{{2,40}}?)"
_END = r"(?= (?:in|for|when|please)\b|[?.!]|$)"
# one thing against another, in the shopper's own words
_SETS = tuple(
    re.compile(pattern.format(a=_SIDE.format("a"), b=_SIDE.format("b")) + end, re.IGNORECASE)
    for pattern, end in (
        (r"\b(?:differences?|comparison) between {a} (?:and|or|vs\.?|versus) {b}", _END),
        (r"\bcompare {a} (?:and|with|to|against) {b}", _END),
        (r"\b(?:better|best|nicer|warmer|cheaper|lighter|stronger)\b[ ,:]+{a} or {b}", _END),
        (r"^\W*{a} (?:vs\.?|versus) {b}", _END),
        (
            r"(?:^|[，。,\s])(?:请问|請問|你们|你們|店里|那|比较一下|比較一下|对比一下|對比一下)?{a}(?:和|跟|与|與|还是|還是){b}",
            r"(?:的|相比|比起来|，|,)?(?=哪|有?什[么麼](?:区|區|不|差)|有[何啥](?:区|區|不|差)|[谁誰]更|比[较較]?一|[对對]比|怎[么麼][选選])",
        ),
    )
)


_PLAINLY = _compiled(r"^\W*(?:please |can you |could you )*compare\b|\b(?:vs|versus)\b")  # without a product marked


def sides(text: str) -> tuple[str, ...]:
    """The two things that a message sets against each other, as they are called in it; () where it does not."""
    found = next(filter(None, (pattern.search(text) for pattern in _SETS)), None)
    return (found["a"].strip(), found["b"].strip()) if found else ()


def compared(spans: Sequence[SlotSpan], text: str) -> tuple[str, ...]:
    """The products set against each other: those marked, and one that was not recognised in the words it has."""
    marked = names(spans, text)
    if not marked and _PLAINLY.search(text):
        return sides(text)
    other = [side for side in sides(text) if len(marked) == 1 and not _alike(side, marked[0])]
    return (*marked, *other) if len(other) == 1 else marked


def _alike(one: str, other: str) -> bool:
    left, right = one.casefold(), other.casefold()
    return left in right or right in left


def compares(text: str, spans: Sequence[SlotSpan]) -> bool:
    """ "Which is better, A or B": several products are named, and set against each other."""
    return bool(_COMPARES.search(text)) and len(compared(spans, text)) > 1


def compares_those(text: str) -> bool:
    """ "Which one is better?", and nothing else: of products that were spoken of."""
    return bool(_THOSE.fullmatch(text.strip()))


# --- other goods than those just shown -------------------------------------------------------------------------------

_LEAD = (
    r"\W*(?:(?:and|or|ok|okay|no|nope|hmm|well|but|please|sorry|show me|give me|can i see|have you|do you have|is there"
    r"|are there|got|i['’]d (?:like|prefer)|i (?:want|need|prefer)|what|what about|how about|any|some|anything"
    r"|something|one|in|from|of|by|a|an|the|rather|still|bit|little|far|way|not (?:that|this|these|those|it)(?: ones?)?"
    r"|i don['’]?t (?:like|want) (?:it|that|this|them|those|these)(?: ones?)?"
    r"|(?:it|that|this|they)(?:['’]?s| is|['’]re| are))\W+)*"
)
_BRIEF = 80  # characters
_END_WORDS = r"(?: (?:please|then|instead|at all|available|maybe|thanks|for me))*\W*"
_LEAD_ZH = (
    r"(?:[那我想要再看来來还還请請给給这這个個款件些种種吧啊]|麻[烦煩]|太[贵貴]了|有(?:[没沒]有)?|能不能|可以|推[荐薦]"
    r"|不(?:想?要|喜[欢歡]|行|太?好)了?|\W)*"
)
_END_ZH = r"(?:有|款式?|商品|[东東]西|推[荐薦]|[的吗嗎吧呢么麼看啊呀了])*\W*"
_TURNS = {  # slot → its words, in a message that says nothing else; the first one that fits counts
    name: _compiled(f"{_LEAD}(?:{english}){_END_WORDS}", f"{_LEAD_ZH}(?:{chinese}){_END_ZH}")
    for name, english, chinese in (
        (
            "cheaper",
            r"(?:cheaper|less expensive|more affordable|lower[- ]priced)(?: ones?| options?| alternatives?)?"
            r"|too (?:expensive|dear|pricey|much)",
            r"(?:更|再)?便宜(?:一?[点點些])?|[实實]惠一?[点點些]|太[贵貴]",
        ),
        (
            "other_brand",
            r"(?:another|(?:a )?different|other) (?:brand|make|maker|label)s?",
            r"(?:[换換]一?|[别別]的|其[他它]的?|另外?一?|不同的?)[个個种種家]?(?:牌子|品牌)",
        ),
        (
            "bigger",
            r"(?:bigger|larger)(?: (?:ones?|sizes?|versions?|models?))?|next size up",
            r"[更再]大(?:一?[点點些号號码碼])?|大一?[点點些号號码碼]",
        ),
        (
            "smaller",
            r"smaller(?: (?:ones?|sizes?|versions?|models?))?|next size down",
            r"[更再]小(?:一?[点點些号號码碼])?|小一?[点點些号號码碼]",
        ),
        (
            "others",
            r"else|others?(?: ones| options| ideas)?|(?<!no )more(?: options| ideas| suggestions)?|different ones?"
            r"|another one|not (?:that|this|it|these|those)(?: ones?)?",
            r"[换換]一?[批个個组組款种種些]|[换換][几幾][个個款种種]|[别別]的|其[他它]的?|再[推來来]\w{0,4}",
        ),
    )
}


def turned(text: str) -> str:
    """Which way a message turns from the goods just shown: "cheaper", "other_brand", "bigger", "smaller" or "others".

    "" where it says none of this, or anything beside it.
    """
    said = text.strip()
    return next((name for name, words in _TURNS.items() if len(said) <= _BRIEF and words.fullmatch(said)), "")


# --- a range of goods ------------------------------------------------------------------------------------------------

_BROWSES = _compiled(
    r"\b(?:what|which)(?: (?:kinds?|sorts?|types?|range) of)? (?!(?:colou?r|size|price|length|deliver|pay)\w*)"
    r"(?:[\w'’-]+ ){1,4}(?:do|have|are) (?:you|there)\b",
    r"\b(?:show|see|browse|view|list)\b[^.?!]{0,15}\b(?:all|your|range|selection|collection|choice)\b|\bshow me\b",
    r"(?:有|[卖賣])(?:些?什[么麼]|哪些|哪[几幾][款种種]|啥)(?![颜顏]色|色|尺|[码碼]|[优優]惠|[区區]|差|用)|都有(?:什[么麼]|啥|哪)"
    r"|[给給]我看|看看(?:你们|你們|你家|店里|店裡)",
)


def browses(text: str) -> bool:
    """ "What bags do you have?", 有什么灯: a choice of a kind of goods is asked for."""
    return bool(_BROWSES.search(text))


_GOODS = _compiled(
    r"\W*(?:(?:can|could|will|would) you )?(?:please )?show me (?:(?:all|some|the|of|your) )*"
    r"((?!(?:an?|how|what|where|when|why|who|if|it|my|that|this)\b)[\w'’ -]+?)(?: please)?\W*",
    r"\W*(?:你们|你們|你家|店里|店裡)?(?:都)?(?:有|[卖賣])(?:些?什[么麼]|哪些|哪[几幾][款种種])([^，。,.?？]{2,})\W*",
    r"\W*(?:请|請|麻烦)?(?:[给給]我|[带帶]我|我想)看看?(?:一下)?(?:你们|你們|你家|店里|店裡)?的?([^，。,.?？]{2,}?)\W*",
)
_NO_GOODS = _compiled(
    r"\b(?:polic|orders?|parcel|terms|rules|deliver|return|refund|invoice|account|address|opening|hours|code|offer|deal"
    r"|best|latest|newest|popular|recommend|suggest)",
    r"[订訂][单單]|包裹|物流|快[递遞]|退|[换換]|政策|[规規][则則]|[发發]票|[账帳]|地址|[优優]惠|活[动動]|[时時][间間]|方式|服[务務]"
    r"|推[荐薦]|适合|適合|[热熱][销銷门門卖賣]|新品|新款|爆款|好物|[东東]西",
)


def goods_browsed(text: str) -> str:
    """The pots of "show me your pots", 有哪些花盆: goods in the shopper's own words, where nothing else is said."""
    found = None if _NO_GOODS.search(text) else _GOODS.fullmatch(text)
    return next(filter(None, found.groups()), "") if found else ""


# --- whose purchases may count ---------------------------------------------------------------------------------------

_ABOUT_ADVICE = _compiled(r"\b(?:suggest|recommend|personali[sz])\w*", r"推[荐薦]|[个個](?:性|人)化")
_HISTORY = (
    r"(?:(?:purchase|order|buying|shopping) (?:history|data)|what i(?:['’]ve| have)? (?:bought|ordered)"
    r"|my (?:(?:past|previous|earlier|old) )?(?:purchases|orders))"
)
_USES = r"(?:us(?:e|ing)|bas(?:e|ed|ing)|go(?:ing)? by|look(?:ing)? at|consider(?:ing)?|track(?:ing)?)"
_PERSONAL = r"personali[sz](?:ed|ing)? (?:\w+ )?(?:recommendation|suggestion|offer)s?|personali[sz]ation"
_HISTORY_ZH = (
    r"(?:(?:[购購][买買]|下[单單]|[订訂][单單]|消[费費]|[浏瀏][览覽]|[历歷]史)(?:的)?(?:[历歷]史|[记記紀][录錄]|[数數][据據])"
    r"|[买買][过過]的(?:[东東]西|商品)?)"
)
_USES_ZH = r"(?:用|根[据據]|按照?|[参參]考|依[据據]|基[于於]|看)"
_OFF = _compiled(
    rf"\b(?:not|don['’]?t|stop|never|no longer|without)\b[^.?!]{{0,20}}?\b{_USES}\b[^.?!]{{0,40}}?{_HISTORY}",
    r"\b(?:stop|disable|turn off|switch off|opt(?:ing)? out of|no(?: more)?|don['’]?t want)\b[^.?!]{0,12}?"
    rf"(?:{_PERSONAL})",
    rf"(?:不要|[别別]|不想|不用|停止|[别別]再)[^，。]{{0,4}}?{_USES_ZH}[^，。]{{0,4}}?{_HISTORY_ZH}",
    r"(?:[关關][闭閉掉]?|停止|取消|不要)[^，。]{0,2}[个個](?:性|人)化推[荐薦]",
)
_ON = _compiled(
    rf"\b{_USES}\b[^.?!]{{0,30}}?{_HISTORY}[^.?!]*\bagain\b",
    rf"\b(?:turn|switch) (?:\w+ )?on\b[^.?!]{{0,12}}?(?:{_PERSONAL})",
    rf"\b(?:enable|resume)\b[^.?!]{{0,12}}?(?:{_PERSONAL})",
    rf"(?:可以|恢[复復]|重新|[继繼][续續])(?:再|[继繼][续續]|重新)?{_USES_ZH}[^，。]{{0,3}}?{_HISTORY_ZH}",
    r"(?:恢[复復]|重新|打[开開]|[开開][启啟])[^，。]{0,4}[个個](?:性|人)化推[荐薦]",
)


def history_wish(text: str) -> bool | None:
    """Whether suggestions may go by what the shopper bought; None where he says nothing of it."""
    if not _ABOUT_ADVICE.search(text):
        return None
    if _OFF.search(text):
        return False
    return True if _ON.search(text) else None
