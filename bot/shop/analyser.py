"""Text into the units that search and knowledge compare: folded Latin words without endings, Chinese characters.

Pure; the same analysis for what the shop wrote and for what a shopper asks.
"""

import re
import unicodedata
from functools import cache

_CJK = r"\u3400-\u9fff"
_WORD = re.compile(rf"[^\W_{_CJK}]+")
_RUN = re.compile(rf"[{_CJK}]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")

STOP_WORDS = frozenset(
    """
    a about an and any are at be by can could did do does for from get got has have having how i if in is it its just
    know like looking me my need of on one or our please price sell sold some tell that the their them there these they
    this those to us want was we what when where which who why will with would you your much many cost costs buy order
    theres im ive dont doesnt whats hi hello hey
    """.split()  # noqa: SIM905 (a list of one word a line reads worse)
)
# asked around the thing itself: 有没有…吗, 多少钱, 我想要…
_CHINESE_STOP = re.compile(
    r"有没有|多少钱|什么|怎么样|怎么|怎样|如何|可不可以|可以|能不能|请问|你们|我们|我想要|我想|我要|想要|想买|这个|那个|这款|那款|一个|一件|一双|一条|一下"
    r"|还有|有货|价格|多久|多长|是不是|是否|吗|呢|吧|啊|呀|的|了|么|我|你|您|亲|在|是|有|要|买|请"
)


def fold(text: str) -> str:
    """Full width to half, accents off, lower case, traditional characters to simplified."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFKC", _APOSTROPHE.sub("", plain)).casefold()
    return _simplifier().convert(plain) if _RUN.search(plain) else plain


def latin_words(text: str) -> list[str]:
    """Words of folded text without stop words, plural endings off."""
    return [stem(word) for word in _WORD.findall(text) if word not in STOP_WORDS]


def stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def chinese(text: str) -> str:
    """The Chinese characters of folded text that carry meaning; all of them when nothing else is left."""
    runs = "".join(_RUN.findall(text))
    core = _CHINESE_STOP.sub("", runs)
    if core.endswith("子") or (len(core) > 2 and core.endswith("儿")):
        core = core[:-1]  # 杯子 is a cup (杯), 鞋子 a shoe (鞋)
    return core or runs


def bigrams(characters: str) -> set[str]:
    return {characters[index : index + 2] for index in range(len(characters) - 1)}


@cache
def _simplifier():  # type: ignore[no-untyped-def]
    from opencc import OpenCC  # loads its dictionaries: only when there is Chinese to read

    return OpenCC("t2s")
