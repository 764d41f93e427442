"""Text into the tokens that search and knowledge compare: one analysis for what the shop wrote and what a shopper asks.

Pure. `fold` evens out how a text is written, `parts` takes it apart; an index holds the `tokens` of the parts, and of
each word the `spellings` by which its misspellings find it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from bot.units import MEASURE, THOUSANDS

VERSION = 3  # raise it with every change of what a text becomes: an index of another version is built anew

_CJK = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_WORD = re.compile(rf"\d+\.\d+[^\W_{_CJK}]*|[^\W_{_CJK}]+")
_RUN = re.compile(rf"[{_CJK}]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)[a-z]+$")
_SHORTEST, _TWO_SLIPS = 4, 8  # letters from which a word may have one slip, and two
_LONGEST = 40  # characters of a word; what is longer is no word, and an index must not choke on it

STOP_WORDS = frozenset(
    """
    a about an and any anything are at be by can could did do does for from get got has have having how i if in is it
    its just know like looking me my need of on one or our please price sell sold some something tell that the their
    them there these they this those to us want was we what when where which who why will with would you your much many
    cost costs buy order theres im ive dont doesnt whats hi hello hey
    """.split()  # noqa: SIM905 (a list of one word a line reads worse)
)
# asked around the thing itself: 有没有…吗, 多少钱, 我想要…; not where the character is part of a word (有机棉, 亲子)
_CHINESE_STOP = re.compile(
    r"有没有|多少钱|什么|怎么样|怎么|怎样|如何|可不可以|可以|能不能|请问|你们|我们|我想要|我想|我要|想要|想买|这个|那个|这款|那款|一个|一件|一双|一条|一下"
    r"|还有|有货|价格|多久|多长|是不是|是否|吗|呢(?![大子料绒])|吧(?![台椅])|啊|呀|的(?![确士])|了(?!解)|么|我|你|您|亲(?![子肤])|在(?!线)|是|有(?![机氧])|要|买"
    r"|请(?!柬)"
)

# --- numbers ---------------------------------------------------------------------------------------------------------

_INCH = re.compile(r"(?<![\d.,])(\d{1,2}(?:\.\d)?)(?:in(?![a-z0-9])|\"|”|′′)")  # "in" never after a space: "2 in 1"
_TIMES = re.compile(r"(?<=\d)\s*[x×*]\s*(?=\d)")
_DECIMAL = re.compile(r"\d+\.\d+")
_DIGIT = re.compile(r"\d")


def _even_numbers(text: str) -> str:
    """ "1,500 ml" as "1500ml", "2,5升" as "2.5l", "49.00" as "49", "80 × 150" as two numbers."""
    text = _INCH.sub(r" \1inch ", _TIMES.sub(" ", THOUSANDS.sub("", text)))
    text = MEASURE.sub(lambda hit: f" {hit[1].replace(',', '.')}{hit.lastgroup} ", text)
    return _DECIMAL.sub(lambda hit: hit[0].rstrip("0").rstrip("."), text)


# --- folding and taking apart ----------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Full width to half, accents off, lower case, traditional characters to simplified, numbers joined to units."""
    plain = text
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", _MARKS.sub("", unicodedata.normalize("NFKD", plain)))
    plain = _APOSTROPHE.sub("", plain.casefold())
    if _RUN.search(plain):
        plain = _simplifier().convert(plain)
    return _even_numbers(plain) if _DIGIT.search(plain) else plain


def all_words(text: str) -> list[str]:
    """Words of folded text as they stand; a number keeps its unit."""
    return [word[:_LONGEST] for word in _WORD.findall(text)]


def latin_words(text: str) -> list[str]:
    """Words of folded text without stop words, plural endings off."""
    return [stem(word) for word in all_words(text) if word not in STOP_WORDS]


def stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def chinese(text: str) -> str:
    """The Chinese characters of folded text that carry meaning; all of them when nothing else is left."""
    runs = "".join(_RUN.findall(text))
    return _core(runs) or runs


def bigrams(characters: str) -> set[str]:
    return {left + right for left, right in pairwise(characters)}


def _core(run: str) -> str:
    core = _CHINESE_STOP.sub("", run)
    if core.endswith("子") or (len(core) > 2 and core.endswith("儿")):
        core = core[:-1]  # 杯子 is a cup (杯), 鞋子 a shoe (鞋)
    return core


@cache
def _simplifier():  # type: ignore[no-untyped-def]
    from opencc import OpenCC  # loads its dictionaries: only when there is Chinese to read

    return OpenCC("t2s")


# --- what an index holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """A text taken apart, in its own order."""

    words: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()  # Chinese characters that stand together
    idle: bool = False  # of stop words alone; they are kept: it may be a name

    @property
    def plain(self) -> str:
        """The whole text in its evened form: two texts that shoppers take for the same are equal here."""
        return " ".join((*self.words, "".join(self.runs))).strip()

    def tokens(self, characters: bool = True) -> set[str]:
        """Words, the numbers of measures ("500ml" also as "500"), Chinese characters in pairs and each for itself.

        Without `characters`: in pairs alone, but for a character that stands alone.
        """
        found = {*self.words, *filter(None, map(number, self.words))}
        for run in self.runs:
            found |= bigrams(run) or {run}
            if characters:
                found.update(run)
        return found


@lru_cache(10_000)  # a catalogue names the same brands, materials and colours over and over
def parts(text: str) -> Parts:
    return folded_parts(fold(text))


def folded_parts(text: str) -> Parts:
    words, runs = latin_words(text), [run for run in map(_core, _RUN.findall(text)) if run]
    if words or runs:
        return Parts(tuple(words), tuple(runs))
    return Parts(tuple(map(stem, all_words(text))), tuple(_RUN.findall(text)), idle=True)


def number(word: str) -> str:
    """The number of a measure ("500ml" → "500"), "" for any other word."""
    found = _NUMBER.match(word)
    return found[1] if found else ""


def may_be_misspelt(word: str) -> bool:
    """Short words and those with digits are taken as they stand: 4k is not 5k."""
    return len(word) >= _SHORTEST and not _DIGIT.search(word)


def is_misspelt_from(word: str) -> bool:
    """Whether a known token may be what a misspelt word stands for."""
    return len(word) >= _SHORTEST - 1 and ":" not in word and not _DIGIT.search(word)


def slips(word: str) -> int:
    """How many letters of it may be wrong, missing, too many or swapped."""
    return 2 if len(word) >= _TWO_SLIPS else 1


def spellings(word: str, asked: bool = False) -> set[str]:
    """What a known word is found by when it is misspelt; with `asked` what to look for, given the misspelt word.

    Words with as many slips as `slips` allows share one at least. One slip: forms with one letter left out, which two
    such words always share (of a four-letter word with two letters swapped no trigram is left). Two: trigrams, and the
    letters in alphabetical order.
    """
    one_slip = len(word) < _TWO_SLIPS if asked else len(word) <= _TWO_SLIPS
    two_slips = len(word) >= (_TWO_SLIPS if asked else _TWO_SLIPS - 2)
    found = {f"-{word[:at]}{word[at + 1 :]}" for at in range(len(word))} | {f"-{word}"} if one_slip else set()
    if two_slips:
        padded = f"^{word}$"
        found |= {padded[at : at + 3] for at in range(len(word))} | {"~" + "".join(sorted(word))}
    return found
