"""What a shopper tells beside the slots that the model tags: why money is asked back, how many pieces, the same again.

Pure patterns, English and Chinese; used by slots.collect for the skills that want these values.
"""

import re

# In this order: who asks for a sum to make up for something speaks of the broken thing too.
_CAUSES = {
    "price": (
        r"\bprice (?:match|adjust|protect|drop|reduc|guarantee|went down|has (?:fallen|dropped|gone down)|fell|dropped)"
        r"|\b(?:dropped|gone down|went down|fell|fallen|reduced) in price\b|\bcheaper (?:now|today|since)\b"
        r"|\bprice (?:is|was) (?:now )?(?:lower|reduced)\b"
        r"|\b(?:it'?s|it’s|it is|is|are|now|for sale) (?:now )?(?:cheaper|on (?:sale|offer)|reduced)\b"
        r"|\b(?:refund|pay|give|get|back|would like|want) (?:me |us |back )*(?:the|that) (?:price )?"
        r"(?:difference|gap)\b|降[价價]|[价價]保|保[价價]|差[价價额額]|[价價]差|退差|[补補]差|跌[价價]|便宜了|[买買][贵貴]"
    ),
    "goodwill": (
        r"\bcompensat|\bgoodwill\b|\bpartial(?:ly)? refund|\bpart refund|\bgesture\b|\bkeep (?:it|them)\b"
        r"|\bsome (?:of (?:my|the) )?money\b|\bsomething back\b|\ba bit (?:of money )?back\b"
        r"|\bpart of (?:my|the) money\b|[补補][偿償]|[赔賠][偿償]|[赔賠][点點我]|退一?部分|退[点點](?:[钱錢]|[给給])"
        r"|部分退款|折[价價]退|意思一下|[仅僅只]退款|不[用想]?退[货貨]"
    ),
    "charge": (
        r"\bcharged (?:me )?(?:twice|double|again|for|too much|more)\b|\bdouble[- ]charged\b|\bover ?charged\b"
        r"|\bpaid twice\b|\b(?:code|coupon|voucher|discount)\b.{0,20}\b(?:not|n['’]t|never|missing|fail)"
        r"|\b(?:delivery|shipping|postage|return|express) (?:fee|cost|costs|charge|charges)\b|\bpostage\b"
        r"|\bgift ?wrap|多[收扣付]|重[复複](?:扣|付|收)|[扣付]了?[两兩二]次|[优優]惠.{0,6}(?:[没沒]|不)"
        r"|[满滿][减減].{0,6}[没沒]|[运運][费費]|[邮郵][费費]|手[续續][费費]"
    ),
    "lost": (
        r"\bnever (?:came|arrived|turned up|got here|received|showed up)\b|\bgone missing\b"
        r"|\bnot (?:arrived|received|turned up|here)\b|\blost\b|\bstolen\b|\bdisappeared\b"
        r"|\b(?:has|have|did) ?n['’]?t (?:arrived?|come|turned? up|received?)\b"
        r"|[没沒未](?:有)?收到|[丢丟遗遺]失|[丢丟][了件]|弄[丢丟]|[没沒]到|不[见見]了"
    ),
}  # fmt: skip
_PATTERNS = {cause: re.compile(words, re.IGNORECASE) for cause, words in _CAUSES.items()}


def cause(text: str) -> str:
    """Why money is asked back: price, goodwill, charge, lost; "" where the message does not say."""
    return next((name for name, pattern in _PATTERNS.items() if pattern.search(text)), "")


_UNWANTED = re.compile(
    r"\W*(?:(?:because|well|oh|sorry|i|we|it'?s|just|simply|really|that)\W+){0,4}"
    r"(?:(?:don['’]?t|do not|no longer) (?:really )?(?:want|need|like) (?:it|them|this|that|these|those|any)?"
    r"(?: ?any ?more| any longer)?|(?:have )?changed my mind)\W*"
    r"|\W*(?:[我就都]|因为|因為|就是|只是|[单單][纯純]|[现現]在|[突忽]然){0,4}"
    r"(?:不(?:想|需)?要|不喜[欢歡]|用不[上着著]|改(?:变|變)?主意)了?[啊呀吧呢的而已]*\W*",
    re.IGNORECASE,
)


def unwanted(text: str) -> bool:
    """ "I just don't want it any more", 不想要了, and nothing else: it says why, and not what."""
    return bool(_UNWANTED.fullmatch(text))


_SAME = re.compile(
    r"\b(?:the )?(?:very |exact(?:ly)? )?same (?:one|again|thing|item|size|model|product|colou?r)\b"
    r"|\blike[- ]for[- ]like\b|\bidentical\b|\b(?:a )?replacement\b|\b(?:a|another) new one\b|\banother of the same\b"
    r"|同款|同样的|同樣的|一[模样樣](?:一[样樣])?的|[换換](?:个|個|一[个個件双雙])?(?:新|好)的|同[码碼]"
    r"|[换換]新(?!码|碼|色)",
    re.IGNORECASE,
)


def same_again(text: str) -> str:
    """ "yes" where the same article is wanted once more, like for like; else ""."""
    return "yes" if _SAME.search(text) else ""


_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_WORDS)})"
_PIECES = re.compile(
    rf"\b({_NUMBER}) (?:out )?of (?:the|my|these|those|them)\b"
    rf"|\b(?:just|only) ({_NUMBER})\b(?! (?:day|week|hour|question|more (?:thing|question)))"
    rf"|(?<!keep )\b({_NUMBER}) (?:[a-z]+ ){{0,2}}only\b"
    r"|(?:(?:只|[仅僅]|就|其中)(?:想|要)?(?:退|[换換]|寄|取消)?|退)(?:回|掉)?(?:其中)?([一二三四五六七八九两兩\d]{1,2})"
    r"[个個件双雙条條只套盒瓶本]"
    rf"|\b({_NUMBER}) (?:[a-z]+ ){{1,4}}(?:is|are|was|were) missing\b"
    r"|[少缺]了?([一二三四五六七八九两兩\d]{1,2})[个個件双雙条條只套盒瓶本]",
    re.IGNORECASE | re.ASCII,
)


def pieces(text: str) -> str:
    """How many pieces are meant where a message says it beyond doubt ("one of the two shirts", 只退一件), or ""."""
    found = _PIECES.search(text)
    said = digits(next(filter(None, found.groups()))).translate(_CHINESE) if found else ""
    return said if said.isdigit() else ""


_CHINESE = str.maketrans("一二三四五六七八九两兩", "12345678922")
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)


def digits(text: str) -> str:
    """English number words up to ten as digits."""
    return _WORD.sub(lambda word: str(_WORDS[word[0].lower()]), text)
