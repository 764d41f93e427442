"""Words that call for a person at once, and words of anger. Pure, per language; beside the model, never instead of it.

The words of bot/reasons err towards a person: a false alarm costs a colleague a minute, a missed one may cost much
more. But who is asked whether he is hurt while he buys a smoke alarm stops trusting us too: each reason has its
everyday doubles in the tests.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.reasons import en, zh

REASONS = tuple(en.WORDS)  # the first of them that is found is the reason


@dataclass(frozen=True, slots=True)
class _Words:
    """What raises an alarm in one language."""

    reasons: Mapping[str, re.Pattern[str]]
    harmless: re.Pattern[str]  # taken out before one looks for reasons

    def heard(self, text: str) -> set[str]:
        rest = self.harmless.sub(" … ", text)
        return {reason for reason, pattern in self.reasons.items() if pattern.search(rest)}


def _words(reasons: Mapping[str, str], harmless: str, parts: Mapping[str, str], before: str, after: str) -> _Words:
    def compiled(text: str) -> re.Pattern[str]:
        pattern = "|".join(f"{before}(?:{line}){after}" for line in _lines(text))
        for _ in range(3):  # a part may be made of parts
            pattern = re.sub("<([a-z]+)>", lambda name: f"(?:{parts[name[1]]})", pattern)
        return re.compile(pattern, re.ASCII)  # a word of English ends where Chinese begins

    return _Words({reason: compiled(text) for reason, text in reasons.items()}, compiled(harmless))


def _lines(text: str) -> Iterator[str]:
    """The patterns of a text, one a line; what stands further in goes on with the line above; "# …" is a note."""
    rows = [row for row in text.splitlines() if row.strip() and not row.lstrip().startswith("#")]
    margin = min(len(row) - len(row.lstrip()) for row in rows)
    return iter(re.sub(r"\n\s+", "", "\n".join(row[margin:] for row in rows)).split("\n"))


_ENGLISH = _words(en.WORDS, en.HARMLESS, en.PARTS, r"(?<!\w)", r"(?!\w)")
_CHINESE = _words(zh.WORDS, zh.HARMLESS, zh.PARTS, "", "")
_LETTERS = str.maketrans(zh.TRADITIONAL, zh.SIMPLIFIED)

_ANGER = (
    r"\b(?:ridiculous|disgrace\w*|disgusting|pathetic|useless|joke of a|rip[- ]?off|scam\w*|terrible service|worst"
    r"|appalling|furious|fed up|sick of|wtf|ffs|bullshit|crap|damn|fuck\w*|shit\w*|idiots?|liars?|unacceptable"
    r"|outrageous)\b|垃圾(?!桶|袋)|[骗騙]子|坑人|[气氣]死|差[劲勁]|太差|什[么麼]破|滚(?!筒|轮|动)"
    r"|(?:^|[\s,.!?，。！？他你])[妈媽]的|他[妈媽](?![妈媽的])|傻[逼比叉]"
    r"|[无無][语語]|受[够夠]|[离離][谱譜]|忽悠|[恶噁]心|差[评評]|投[诉訴]你"
)
_ANGRY = re.compile(_ANGER, re.IGNORECASE | re.ASCII)
_FORGET = re.compile(  # asked for, not asked about: "did you forget me?" and "don't forget me" want the opposite
    r"(?:^|[.!,;])\s{0,2}(?:(?:please|now|and|then|ok|just|(?:can|could|would|will) you|i want you to)\s{1,2}){0,3}"
    r"forget (?:who i am|about me|me|my (?:identity|details|login))\b"
    r"|\b(?:log|sign) me out\b"
    r"|(?:^|[，。！,.!\s请請你您])(?:忘[记記掉]我|把我忘[记記掉]?)(?:$|[了吧\s，。！,.!]|的(?:身份|[资資]料|信息))"
    r"|^[请請]?(?:我要|[帮幫]我)?(?:退出登[录錄]|登出)[吧\s，。！,.!]*$|清除我的身份|不要[记記]住我",
    re.IGNORECASE | re.ASCII,
)
_ASKED = re.compile(r"[吗嗎]|是不是|[没沒]有|怎[么麼样樣]")


@lru_cache(maxsize=128)  # a turn asks anew with every outcome of the shop
def alarm(text: str) -> str:
    """The reason a person must come at once, one of REASONS; "" if none."""
    said = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    heard: set[str] = set()
    if re.search("[a-z]", said):
        heard |= _ENGLISH.heard(re.sub(r"\s+", " ", re.sub("[‘’`´]", "'", said)))
    if re.search("[一-鿿]", said):
        heard |= _CHINESE.heard(re.sub(r"[ \t]", "", said).replace("\n", "，"))
    return next((reason for reason in REASONS if reason in heard), "")


def angry(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    shouting = len(letters) > 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters) and "!" in text
    return shouting or bool(_ANGRY.search(text))


def wants_forgetting(text: str) -> bool:
    """ "Forget who I am": the proof of identity is dropped."""
    return bool(_FORGET.search(text)) and not _ASKED.search(text)
