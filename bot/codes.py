"""One-time codes as shoppers write and ask for them: found, hidden, and what is said about the mailbox. Pure.

Which code is right is the store's business (bot/store/codes.py); no code is ever made or kept here.
"""

import re

DIGITS = 6
MINUTES = 10  # that a code lasts
HIDDEN = "•"  # what a digit of a code becomes in a transcript

_WIDE = str.maketrans("０１２３４５６７８９－\u3000\xa0零一二三四五六七八九〇幺", "0123456789-  012345678901")
# "482193", "482 193", "4-8-2-1-9-3"; not a part of a longer number, a word or an address of the web
_CODE = re.compile(
    r"(?<![A-Za-z0-9_#@+£$€¥])(?<!\d[\s.,-])\d(?:[\s-]{0,2}\d){5}(?![A-Za-z0-9_@%]|[\s.,-]{0,2}\d)", re.ASCII
)
_NAMED = re.compile(r"\b(?:code|digits|numbers?)\b|[码碼]|[数數]字", re.IGNORECASE | re.ASCII)
_OTHER = re.compile(
    r"\b(?:post ?code|zip|order|parcel|tracking|phone|promo|coupon|voucher|discount)\b"
    r"|[邮郵][编編]|[订訂][单單]|[单單][号號]|[电電][话話]|手[机機]|[优優]惠|折扣",
    re.IGNORECASE | re.ASCII,
)
_BESIDE = 12  # characters around a code that stands as good as alone: "here: 482193 thanks"


def found(text: str) -> tuple[tuple[int, int, str], ...]:
    """Every run of six digits that may be a code: (start, end, digits); full width and Chinese digits are read too."""
    plain = text.translate(_WIDE)
    return tuple((hit.start(), hit.end(), re.sub(r"\D", "", hit[0])) for hit in _CODE.finditer(plain))


def given(text: str) -> str:
    """The code of a message that answers with one and says little else, "" where it is not sure to be meant so."""
    runs = found(text)
    if len(runs) != 1 or _OTHER.search(text):
        return ""
    start, end, digits = runs[0]
    rest = text[:start] + text[end:]
    return digits if len(rest.strip()) <= _BESIDE or _NAMED.search(rest) else ""


def hide(text: str, start: int, end: int) -> str:
    """The text with what stands between `start` and `end` hidden; every other character keeps its place."""
    return f"{text[:start]}{HIDDEN * (end - start)}{text[end:]}"


_MISTYPED = re.compile(r"[\s0-9.,!-]{3,24}")


def mistyped(text: str) -> bool:
    """A number alone that has too few digits, or too many, for a code: not an order and not a house."""
    plain = text.strip().translate(_WIDE)
    return bool(_MISTYPED.fullmatch(plain)) and any(map(str.isdigit, plain))


_AGAIN = re.compile(
    r"\b(?:re-?sen[dt]|(?:send|mail|email)\W+(?:\w+\W+){0,4}again|(?:another|new|fresh|different) (?:code|one|e?-?mail)"
    r"|(?:haven['’]?t|have not|didn['’]?t|did not|hasn['’]?t|has not|never|not|don['’]?t|isn['’]?t) (?:\w+ ){0,2}"
    r"(?:get|got|gotten|receiv\w+|come|came|arriv\w+|there|see|find|seen|found)"
    r"|(?:nothing|no (?:e-?mail|mail|code|message))(?: (?:\w+ ){0,2}(?:came|come|arrived|there|yet|here|inbox))?"
    r"|where(?: i|['’])s (?:the|my|that) (?:code|e-?mail|mail)|(?:ran out|expired))\b"
    r"|[没沒](?:有)?(?:收到|看到|[来來]|找到|[邮郵]件)|收不到|(?:再|重新?)(?:[发發]|[来來]|[寄给給])|[补補][发發]|[换換][一个個]{1,2}"
    r"|新的?[验驗][证證][码碼]|[过過]期|失效",
    re.IGNORECASE | re.ASCII,
)
_NO_MAILBOX = re.compile(
    r"\b(?:no (?:longer )?(?:have )?access|(?:can['’]?t|cannot|can not|unable to) (?:\w+ ){0,3}"
    r"(?:access|open|read|log|sign|get into|get in|reach)|lost (?:\w+ ){0,3}(?:e-?mail|mailbox|inbox|password)"
    r"|(?:don['’]?t|do not|no longer) (?:\w+ ){0,2}(?:use|have|own) (?:\w+ ){0,3}(?:e-?mail|mailbox|inbox|address)"
    r"|(?:not|isn['’]?t) my (?:\w+ )?(?:e-?mail|mailbox|address)|(?:old|wrong|dead) (?:e-?mail|mailbox|address))\b"
    r"|[邮郵]箱.{0,6}(?:不用|用不了|登不|登[录錄]不|打不[开開]|[进進]不去|注[销銷]|停用|[没沒]了|[丢丟]|忘|不是我|不[对對]|[错錯])"
    r"|(?:不用|用不了|登不上|登[录錄]不了|打不[开開]|[进進]不去|忘了?|不是我).{0,8}[邮郵]箱|[没沒]有?(?:[这這那][个個])?[邮郵]箱",
    re.IGNORECASE | re.ASCII,
)


def wanted_again(text: str) -> bool:
    """ "Send it again", 没收到: another code is wanted."""
    return bool(_AGAIN.search(text))


def mailbox_lost(text: str) -> bool:
    """ "I can't get into that mailbox any more": no code will reach the shopper there."""
    return bool(_NO_MAILBOX.search(text))


def masked(mail: str) -> str:
    """An e-mail address that its owner knows again and nobody else learns: e…a@example.com."""
    name, at, host = mail.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}{at}{host}"
