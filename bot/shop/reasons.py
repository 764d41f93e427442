"""Why something goes back, from a shopper's own words to the keys that policy.toml names. Pure patterns.

A reason that nobody can place is none of them; then the usual fee applies.
"""

import re

KEYS = ("too_small", "too_big", "not_as_described", "damaged", "wrong_item", "changed_mind")

# In this order: what is broken and was wrong is broken first. "Not broken" is no damage.
_WORDS = {
    "damaged": (
        r"(?<!not )(?<!n't )(?<!n’t )(?<!nothing )\b(?:broken?|cracked|torn|ripped|smashed|shattered|damaged|faulty"
        r"|defect(?:ive)?|scratched|stained|chipped|dented|leak(?:s|ed|ing|y)?|dead on arrival|stopped working"
        r"|fell apart|c(?:a|o)me (?:apart|off|loose|undone)|has a hole|fault)\b"
        r"|\b(?:does ?n['’]?t|did ?n['’]?t|won['’]?t|not) (?:work(?:ing)?|turn on|switch on|charge|close)\b"
        r"|(?<![没沒不未])(?:[坏壞碎]|破(?!费|費)|裂|断|斷|磕|瑕疵|[划劃]痕|漏[水液气氣电電]|[脏髒]|掉色|[开開脱脫][线線])"
        r"|[质質]量(?:有|出)?(?:问题|問題)|[开開]不了[机機]|用不了|不能用|不工作|有[个個]?洞|变形|變形"
    ),
    "wrong_item": (
        r"\bwrong (?:one|item|product|thing|parcel|order|article)\b|\bsent (?:me )?(?:the )?wrong\b"
        r"|\bnot (?:what|the one) i(?: had| have|'ve|’ve)? (?:ordered|bought)\b|\bnever ordered\b"
        r"|[发發寄送][错錯]|[错錯][发發寄]|[货貨]不[对對]板|不是我[买買订訂要下拍]"
    ),
    "not_as_described": (
        r"\b(?:not|n['’]t|nothing) (?:\w+ )?(?:as|like) (?:described|pictured|advertised|shown"
        r"|(?:in |on )?the (?:photos?|pictures?|website|page))\b|\bmisleading\b"
        r"|\b(?:different|differs) (?:from|to|than) (?:the |your )?(?:photos?|pictures?|description|website)\b"
        r"|描述不[符一]|[与與跟和](?:描述|图片|圖片|照片|详情|詳情).{0,4}(?:不|差)|色差|不[符一][合样樣致]"
        r"|[实實]物.{0,4}(?:不|差)"
    ),
    "too_small": (
        r"\btoo (?:small|tight|short|narrow)\b|\b(?:runs?|comes up) small\b|\bdoes ?n['’]?t fit\b"
        r"|小了|太[小紧緊短窄]|偏[小紧緊短窄]|有[点點][小紧緊短]|[挤擠][脚腳]|穿不[进進下]"
    ),
    "too_big": (
        r"\btoo (?:big|large|loose|long|wide)\b|\b(?:runs?|comes up) (?:big|large)\b"
        r"|大了|太[大松鬆长長宽寬肥]|偏[大松鬆长長宽寬肥]|有[点點][大松鬆长長]"
    ),
    "changed_mind": (
        r"\bchanged? my mind\b|\bdo ?n['’]?t (?:want|need|like)\b|\bno longer (?:want|need)\b"
        r"|\bnot (?:for me|my style)\b|不想要|不要了|不喜[欢歡]|不需要|用不[着著上]|[买買]多了|[买買]重"
    ),
}  # fmt: skip
_PATTERNS = {key: re.compile(words, re.IGNORECASE) for key, words in _WORDS.items()}


def known(reason: str) -> str:
    """The key of a reason given as a key or in the shopper's own words; "" for any other."""
    if reason in KEYS:
        return reason
    return next((key for key, pattern in _PATTERNS.items() if pattern.search(reason)), "")
