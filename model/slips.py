"""What happens to characters when people type: slips, slang, lost capitals, marks and spaces."""

import random
import re
from collections.abc import Callable
from dataclasses import replace

import opencc

from model.data import Example

Rng = random.Random

# Typed as they are said, changing a character would make another value of them.
_EXACT = frozenset({"order_id", "tracking_no", "phone", "email", "postcode", "coupon", "tax_id", "size", "new_size"})
_NEIGHBOURS = {"a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo",
               "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et",
               "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x"}  # fmt: skip
_SLANG = {"you": "u", "please": "pls", "thanks": "thx", "are": "r", "your": "ur", "order": "ordr", "because": "cuz",
          "want to": "wanna", "going to": "gonna", "don't": "dont", "can't": "cant", "I'm": "im", "what's": "whats",
          "where's": "wheres", "it's": "its", "haven't": "havent", "and": "n", "to": "2", "for": "4"}  # fmt: skip
_ZH_SLIPS = {"的": "得", "在": "再", "吗": "嘛", "那": "哪", "做": "作", "账": "帐", "订": "定",
             "地址": "地扯", "什么": "啥", "怎么": "咋", "没有": "木有",
             "这样": "酱", "快递": "快弟", "亲": "親", "不要": "表"}  # fmt: skip
_PINYIN = {"什么时候": "shenme shihou", "什么": "shenme", "怎么": "zenme", "快递": "kuaidi", "订单": "dingdan",
           "退货": "tuihuo", "退款": "tuikuan", "换货": "huanhuo", "发货": "fahuo", "发票": "fapiao", "客服": "kefu",
           "尺码": "chima", "地址": "dizhi", "多少": "duoshao", "没有": "meiyou", "可以": "keyi", "不要": "buyao",
           "我的": "wode", "取消": "quxiao", "谢谢": "xiexie", "你好": "nihao", "麻烦": "mafan", "人工": "rengong",
           "一下": "yixia", "东西": "dongxi", "钱": "qian"}  # fmt: skip
_HESITATIONS = {"en": ("um ", "uh ", "er ", "so ", "like ", "okay so "),
                "zh": ("嗯", "呃", "那个", "就是", "额", "这个")}  # fmt: skip
_TAIWANESE = opencc.OpenCC("s2twp")  # words as they are said there too, not characters alone


def on_words(example: Example, change: Callable[[str, Rng], str], rng: Rng) -> Example:
    """Apply `change` to the parts whose characters may change."""
    return replace(example, parts=tuple(
        (text if slot in _EXACT else change(text, rng) or text, slot) for text, slot in example.parts
    ))  # fmt: skip


def typo(text: str, rng: Rng) -> str:
    """One slip somewhere in `text`: swap, drop, double or neighbouring key; in Chinese drop, double or a homophone."""
    places = [at for at, character in enumerate(text) if character.isalpha()]
    if len(places) < 4:
        return text
    at = rng.choice(places)
    here = text[at]
    if here > "\u2e80":
        slips = [slip for slip in _ZH_SLIPS if slip in text]
        if slips and rng.random() < 0.6:
            slip = rng.choice(slips)
            return text.replace(slip, _ZH_SLIPS[slip], 1)
        return text[:at] + rng.choice(("", here * 2)) + text[at + 1 :]
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 : at + 2] + here + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    return text[:at] + (here * 2 if kind == 2 else rng.choice(_NEIGHBOURS.get(here.lower(), here))) + text[at + 1 :]


def slang(text: str, rng: Rng) -> str:
    for word, short in _SLANG.items():
        if rng.random() < 0.5:
            text = re.sub(rf"\b{word}\b", short, text)
    return text


def casing(example: Example, rng: Rng) -> Example:
    change = rng.choice((str.lower, str.lower, str.upper, str.upper, str.capitalize))
    if change is str.capitalize:  # of the sentence, not of each part
        first, *rest = example.parts
        return replace(example, parts=((first[0][:1].upper() + first[0][1:].lower(), first[1]), *rest))
    return replace(example, parts=tuple((changed, slot) if len(changed := change(text)) == len(text) else (text, slot)
                                        for text, slot in example.parts))  # fmt: skip


def punctuation(text: str, rng: Rng) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return re.sub(r"[.,!?;:，。！？；：、…]", "", text)
    if kind == 1:
        return re.sub(r"[，。！？；：、]", " ", text)
    if kind == 2:  # a space is missed
        spaces = [match.start() for match in re.finditer(r"(?<=\w) (?=\w)", text)]
        at = rng.choice(spaces) if spaces else 0
        return text[:at] + text[at + 1 :] if spaces else text
    return re.sub(r"([!?！？。.])$", lambda match: match[1] * rng.randint(2, 3), text)


def spoken(example: Example, rng: Rng) -> Example:
    """As dictation writes it down: no marks, no capitals, a hesitation before, now and then a word said twice."""
    def heard(text: str) -> str:
        text = re.sub(r"[.,!?;:，。！？；：、…]", "", text).lower()
        words = list(re.finditer(r"[a-z']+ ", text))
        if not words or rng.random() >= 0.3:
            return text
        again = rng.choice(words)
        return text[: again.start()] + again[0] + text[again.start() :]

    said = [(rng.choice(_HESITATIONS.get(example.language, ("",))), "")]
    said += [(text if slot in _EXACT else heard(text), slot) for text, slot in example.parts]
    return replace(example, parts=tuple(part for part in said if part[0]))


def pinyin(text: str, rng: Rng) -> str:
    """One word typed without the input method."""
    known = [word for word in _PINYIN if word in text]
    word = rng.choice(known) if known else ""
    return text.replace(word, _PINYIN[word], 1) if word else text


def traditional(text: str, _: Rng) -> str:
    """In traditional characters, with the words of Taiwan."""
    return _TAIWANESE.convert(text)


def together(example: Example) -> Example:
    """Without any space between words."""
    return replace(example, parts=tuple((text if slot else re.sub(r"\s+", "", text) or text.strip(), slot)
                                        for text, slot in example.parts))  # fmt: skip


def slipped(example: Example, rng: Rng) -> Example:
    """All of these, each at its rate."""
    for rate, change in ((0.20, typo), (0.08, typo), (0.06, slang), (0.15, punctuation)):
        if rng.random() < rate:
            example = on_words(example, change, rng)
    if example.language == "zh":
        for rate, change in ((0.03, pinyin), (0.06, traditional)):
            if rng.random() < rate:
                example = on_words(example, change, rng)
    elif rng.random() < 0.01:
        example = together(example)
    if rng.random() < 0.04:
        return spoken(example, rng)
    return casing(example, rng) if rng.random() < 0.18 else example
