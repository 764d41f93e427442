"""What a shopper wants put into, changed in or taken out of the basket, read from the model's spans. Pure.

"two linen shirts in white M and a mug, without the flask" is three wishes; as a slot value each is a line of text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from bot.consent import plain_no, thanks_no
from bot.conversation import SlotSpan

Change = Literal["add", "set", "take"]

# --- how many --------------------------------------------------------------------------------------------------------

MOST = 999  # pieces of one article

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "twenty": 20, "both": 2, "couple": 2, "pair": 1, "another": 1, "single": 1, "an": 1,
    "a": 1,
}  # fmt: skip
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_CHINESE = dict(zip("零一二两俩兩倆三仨四五六七八九", (0, 1, 2, 2, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9), strict=True))
_DIGIT = f"[{''.join(_CHINESE)}]"
_NUMERAL = re.compile(f"(?:({_DIGIT})百零?)?({_DIGIT})?(十)?({_DIGIT})?")  # up to 九百九十九


def count(text: str) -> int:
    """The number of things in the text, in figures or words; 0 where there is none of at most three digits."""
    if re.search(r"\bdozen\b|打", text, re.IGNORECASE):
        half, rest = re.search(r"\bhalf\b|半", text, re.IGNORECASE), re.sub(r"(?i)\bdozen\b|打", " ", text)
        return 6 if half else 12 * max(1, count(rest))
    if digits := re.search(r"(?<!\d)\d{1,3}(?!\d)", text):
        return int(digits[0])
    if words := _WORD.findall(text):
        return next((_WORDS[word.lower()] for word in words if len(word) > 2), 1)  # "a couple" is two
    numeral = next((found for found in _NUMERAL.finditer(text) if found[0]), None)
    if numeral is None:
        return 0
    hundreds, first, ones = (_CHINESE.get(digit or "", 0) for digit in numeral.group(1, 2, 4))
    tens = max(first, 1) * 10 + ones if numeral[3] else first  # 十 alone is ten
    return hundreds * 100 + tens


# --- wishes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    change: Change
    name: str = ""  # of the product, as it was said; "": the one spoken of
    quantity: int = 0  # 0: not said
    color: str = ""
    size: str = ""
    more: bool = False  # "one more": of what is there already


def names(spans: Sequence[SlotSpan], text: str) -> tuple[str, ...]:
    """The products a message names, each with its brand."""
    return tuple(dict.fromkeys(wish.name for wish in wishes(spans, text) if wish.name))


def dumps(wishes: Sequence[Wish]) -> str:
    """One line a wish, its parts with tabs between."""
    return "\n".join(
        "\t".join((wish.change + "+" * wish.more, str(wish.quantity), wish.name, wish.color, wish.size))
        for wish in wishes
    )


def loads(text: str) -> tuple[Wish, ...]:
    return tuple(_wish(*line.split("\t")) for line in text.split("\n") if line)


def _wish(change: str, quantity: str, name: str, color: str, size: str) -> Wish:
    changes: dict[str, Change] = {"add": "add", "set": "set", "take": "take"}
    return Wish(changes[change.rstrip("+")], name, int(quantity), color, size, more=change.endswith("+"))


# What parts one wish from the next. "And" and its like carry a "without" on, a comma does not.
_JOINT = re.compile(
    r"(?P<carries>\b(?:and|plus|or)\b|[&+和跟与與及、]|[还還]有|以及)|[,，;；。!！?？\n]|\.(?=\s|$)|再加|另外|外加|\bbut\b|不[过過]",
    re.IGNORECASE,
)
_TAKE = re.compile(
    r"\b(?:without|remove|delete|drop|skip|minus|except|leave out|lose|get rid of|take (?:\S+ ){0,5}?(?:out|off|away)"
    r"|throw (?:\S+ ){0,4}?out|(?:don['’]?t|do not) (?:want|need)|no longer|not the|no more"
    r"|no(?! (?:wait|sorry|hang on|hold on|actually|i mean(?:t)?)\b))\b(?!\s*,)"
    r"|不(?:想)?(?:要|用|[买買]|需要)|[别別]要|去掉|[删刪]|拿(?:掉|走|出)|移(?:除|出)|取消|除了|[减減]掉|扣掉",
    re.IGNORECASE,
)
_SET = re.compile(
    r"\b(?:make (?:it|that|them|those)|change|switch|swap|instead|rather|only|just|actually|i mean|sorry|wait|hang on"
    r"|hold on)\b|等等|等一?下|改|[换換]|[变變]成|只(?:要|[买買])|[还還]是|[错錯]了|不[对對]",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:more(?! (?:than|like|about|info))|another|extra|additional|further)\b"
    r"|再(?![见見])|多(?=[来來加要拿一两兩三四五\d])",
    re.IGNORECASE,
)
_ADD = re.compile(
    r"\b(?:add|put|buy|get|order|want|need|like|include|give|have|also|too)\b|[加要拿放]|[买買]|[来來]|[订訂]",
    re.IGNORECASE,
)
# "30x ballpoint pens", "mugs x 2": where the model has not tagged it
_TIMES_BEFORE = re.compile(r"(?<!\d)(\d{1,3})\s?[x×*]\s?$", re.IGNORECASE)
_TIMES_AFTER = re.compile(r"^\s?[x×*]\s?(\d{1,3})(?!\d)", re.IGNORECASE)
_KINDS = {"new_color": "color", "new_size": "size", "new_quantity": "quantity"}
_ATTRIBUTES = ("color", "size", "quantity")

Mark = tuple[str, int, int]  # product, color, size or quantity; start, end


def wishes(spans: Sequence[SlotSpan], text: str) -> tuple[Wish, ...]:
    """The wishes of a message, in its order; () where it names neither goods nor a change."""
    marks = _marks(spans, text)
    found: list[Wish] = []
    corrects = False
    clauses = list(_clauses(marks, text))
    listed = any(kind == "product" for kind, _, _ in marks) or goes_on(text)
    for place, (start, end, carries) in enumerate(clauses):
        own = [mark for mark in marks if start <= mark[1] < end]
        if listed and not any(kind == "product" for kind, _, _ in own):
            own = _with_unmarked(text[start:end], start, own)
        change, more = _change(text[start:end], own, found[-1].change if found and carries else None)
        if corrects and change == "add" and not more and not any(kind == "product" for kind, _, _ in own):
            change = "set"  # "no wait, white S"
        corrects = not own and bool(_SET.search(text[start:end]))
        if change == "add" and _OBJECT.search(text[start:end]) and _taken_later(clauses[place + 1 :], text):
            change = "take"
        if any(kind == "product" for kind, _, _ in own):
            before = [] if carries or change != "add" else [wish for wish in found[-1:] if not wish.name]
            found = _with_products(found[: len(found) - len(before)], before, own, text[:end], change, more)
        else:
            found = _with_attributes(found, own, text, change, more)
    return tuple(_parted(found))


def changes_basket(spans: Sequence[SlotSpan], text: str) -> bool:
    """Whether the message, said while there is a basket, puts something in or takes something out of it."""
    declined = thanks_no(text) or (plain_no(text) and "要" not in text)  # 不要了 is said of the goods
    if declined or (_ELSE.search(text) and not names_basket(text)):
        return False
    said = wishes(spans, text)
    if goes_on(text) and not asks(text) and any(wish.name for wish in said):
        return True
    return any(wish.change != "add" or wish.more for wish in said) or bool(said and _ADD.search(text))


_GOES_ON = re.compile(
    r"\W*(?:(?:oh|ok|okay|ah|great|thanks|yes|good)\W+)*(?:and|plus|also)\b|\W*(?:好的?|嗯|哦|[对對]了)?\W*(?:[还還]有|另外|加上|外加|以及)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[?？]|\b(?:what|which|how|when|where|why|who|(?:do|does|is|are|can|could|will)(?= (?:you|it|they|the|that)))\b"
    r"|[吗嗎呢]|什[么麼]|多少|怎|哪|[几幾](?!乎)|有[没沒]有|是不是|能不能",
    re.IGNORECASE,
)


# "So" before and "please" after what is said of the whole basket
_BEFORE = (
    r"\W*(?:(?:ok|okay|yes|no|and|so|then|now|well|great|thanks|thank you|please|pls|sorry|hi|hey|that['’]?s (?:all|it)"
    r"|i['’]?m done|let['’]?s|just|(?:can|could) (?:you|i|we)|i['’]?d (?:like|want) to|i (?:want|need|would like) to"
    r"|(?:i['’]?m )?ready to"
    r"|(?:[我你]|好[的了吧]?|那|行|就|先|[请請]|[现現]在|麻[烦煩]|[帮幫]我|可以|直接|就[这這]些|想要?|要|去)(?=\W|[\u3400-\u9fff]))\W*)*"
)
_AFTER = r"(?:\W*(?:please|pls|plz|now|then|thanks|thank you|again|一下|[吧了啊呀吗嗎谢謝]))*\W*"
_MY_BASKET = r"(?:(?:my|the|this) )?(?:shopping )?(?:basket|cart|bag)"
_ZH_BASKET = r"(?:[购購]物[车車]|[购購]物[篮籃]|[篮籃]子)"
_LOOKS = re.compile(
    rf"{_BEFORE}(?:(?:go to |to |proceed to |take me to |the )*check ?-?out|{_MY_BASKET}"
    rf"|(?:what(?:['’]?s| is| do i have| have i got)|anything|is there anything) in {_MY_BASKET}"
    rf"|(?:show|see|view|open|check|look at|go to)(?: me)? {_MY_BASKET}"
    rf"|(?:[结結][账帳算]|付款|[买買][单單]|(?:[看打][看开開]?(?:一下)?)?[我的]*{_ZH_BASKET}"
    r"(?:[里裡]?[都现現在]*有些?(?:什[么麼]|啥|哪些)[东東西]*)?))"
    rf"{_AFTER}",
    re.IGNORECASE,
)
_EMPTIES = re.compile(
    rf"{_BEFORE}(?:(?:clear|empty|reset|delete|dump|cancel|get rid of) {_MY_BASKET}(?: (?:out|completely))?"
    rf"|(?:remove|take|delete|clear) (?:everything|it all|all of it|all(?: the)? items)"
    rf"(?: (?:out|off|from|of|out of) {_MY_BASKET}| out)?|(?:清空|[删刪]除?掉?)[我的]*{_ZH_BASKET}"
    rf"|把?[我的]*{_ZH_BASKET}[里裡]?的?(?:[东東]西)?(?:全部?|都)*(?:清空|清掉|[删刪]除?掉?)"
    rf"|(?:全部?|都)(?:不要|清空|[删刪]掉|去掉|拿掉))"
    rf"{_AFTER}",
    re.IGNORECASE,
)


def whole(text: str) -> str:
    """What a message that says nothing else wants of the basket as a whole: "look", "empty", or "" for neither."""
    return "look" if _LOOKS.fullmatch(text) else "empty" if _EMPTIES.fullmatch(text) else ""


def goes_on(text: str) -> bool:
    """ "And an apron", 还有竹砧板: it adds to what was said before."""
    return bool(_GOES_ON.match(text))


_BROUGHT_UP = re.compile(
    r"\W*(?:(?:and|ok|okay|so|then|what about|how about)\W+)+(?:the|your) (?P<name>[a-z][\w'’-]*(?: [\w'’-]+){1,4})"
    r"\s*[,;:]\s*(?:is|are|do|does|how|what|can|will|when|which)\b.*",
    re.IGNORECASE,
)


def brought_up(text: str) -> str:
    """ "And the rear light, is it in stock?": goods that nothing marked as such; "" where there are none."""
    found = _BROUGHT_UP.fullmatch(text)
    return found["name"] if found and not _NO_THING.search(found["name"]) else ""


def asks(text: str) -> bool:
    """Whether something is asked, whatever is wished for beside it."""
    return bool(_ASKS.search(text))


def names_goods(spans: Sequence[SlotSpan], text: str) -> bool:
    """Whether a change is said of something: goods, or one more of them."""
    return names_basket(text) or any(wish.name or wish.quantity or wish.more for wish in wishes(spans, text))


def names_basket(text: str) -> bool:
    return bool(_BASKET.search(text))


_ELSE = re.compile(
    r"\b(?:orders?|ordered|parcel|delivery|account|profile|newsletter"
    r"|(?:my|personal|the) (?:data|details|information))\b"
    r"|[订訂][单單]|包裹|[账帳賬][号號户戶]|[数數][据據]|[个個]人[信资資]|\d{5,}|\b[a-z]{1,4}-\d{3,}",
    re.IGNORECASE,
)
_BASKET = re.compile(r"\b(?:basket|cart|bag)\b|[购購]物[车車]|[篮籃]子?[里裡]", re.IGNORECASE)


def _marks(spans: Sequence[SlotSpan], text: str) -> list[Mark]:
    """The spans that matter, by place. What belongs together is one name: brand and product, a product in pieces."""
    found: list[Mark] = []
    for span in sorted(spans, key=lambda span: span.start):
        kind = _KINDS.get(span.name, span.name)
        joins = found and found[-1][0] in ("brand", "product") and _WITHIN.fullmatch(text, found[-1][2], span.start)
        if kind == "product" and joins:
            found[-1] = (kind, found[-1][1], span.end)
        elif kind in ("product", "brand", *_ATTRIBUTES):
            found.append((kind, span.start, span.end))
    named = any(kind == "product" for kind, _, _ in found)  # else a brand alone stands for the product
    return [mark if mark[0] != "brand" else ("product", *mark[1:]) for mark in found if mark[0] != "brand" or not named]


# what may stand inside the name of one product, between two marks: blanks of Latin words, some Chinese characters
_WITHIN = re.compile(r"(?<=[\x00-\x7f]) {1,2}|(?:(?![和跟与與及加要再来來买買还還各的])[\u3400-\u9fff]){0,3}")


# a thing that is counted and nothing else: "a flux capacitor", 一个量子电容
_COUNTED = re.compile(
    r"\W*(?:(?:oh|and|or|plus|also|then|with|i|i['’]d|like|want|need|would|add|get|me|please) )*"
    rf"(?P<count>some|(?:{'|'.join(_WORDS)})\b|\d{{1,3}}(?!\d)) (?P<name>[a-z][\w'’-]*(?: [\w'’-]+){{0,4}}?)"
    r"(?: (?:too|as well|please|also|then))*\W*"
    rf"|\W*(?:[和跟与與及]|[还還]有|另外|外加|加上|再[来來加要]?|[来來要加])*(?P<number>{_DIGIT}?[十百]?{_DIGIT}|十|\d{{1,3}})"
    r"(?:[个個件只隻块塊把条條双雙套支瓶盒张張本台臺副袋罐对對根顶頂])(?P<thing>[\u3400-\u9fffA-Za-z]{2,12})[吧啊了]?\W*",
    re.IGNORECASE,
)
# what may be counted and is no goods, and words of another sentence
_NO_THING = re.compile(
    r"\b(?:in|ones?|more|pairs?|pieces?|each|other|another|sizes?|colou?rs?|lot|bit|few|couple|of|it|them|that|this|these|those"
    r"|is|was|are|were|be|my|your|his|her|its|i|you|he|she|we|they|for|to|at|on|by|from|if|but|because|when|who|which"
    r"|invoice|receipt|refund|discount|code|note|message|question|person|human|delivery|order|voucher|favou?r|question"
    r"|days?|weeks?|months?|years?|times?|pounds?|euros?)\b"
    r"|[颜顏]色|尺[码碼]|[问問][题題]|[发發]票|[订訂][单單]|人工|[优優]惠|[码碼号號]$|[时時]候|我|你|的|是|送",
    re.IGNORECASE,
)


def _with_unmarked(said: str, start: int, own: list[Mark]) -> list[Mark]:
    """The marks of a clause in a list that counts goods which the model marked none of: nothing is passed over."""
    found = _COUNTED.fullmatch(said)
    if found is None or _NO_THING.search(found["name"] or found["thing"]):
        return own
    kind, group = ("count", "name") if found["name"] else ("number", "thing")
    first, last = start + found.start(group), start + found.end(group)
    counted, _ = _place(found, kind, start)
    if any(mark[0] != "quantity" and mark[1] <= counted and mark[2] >= last for mark in own):
        return own  # "500 ml": the number is part of what it was taken for
    marks = own if any(mark[0] == "quantity" for mark in own) else [("quantity", *_place(found, kind, start)), *own]
    within = [mark for mark in own if mark[0] != "quantity" and mark[1] >= first]
    if any(mark[2] >= last for mark in within):  # what stands last names the thing, whatever it was taken for
        whole = within[0][1] <= first
        return own if whole else [*(mark for mark in marks if mark not in within), ("product", first, last)]
    return [*marks, ("product", max([first, *(mark[2] for mark in within)]), last)]


def _place(found: re.Match[str], group: str, start: int) -> tuple[int, int]:
    return start + found.start(group), start + found.end(group)


def _clauses(marks: Sequence[Mark], text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it goes on with what the one before it did); a joint inside a mark is none."""
    start, carries = 0, False
    for joint in _JOINT.finditer(text):
        if not any(mark[1] <= joint.start() < mark[2] for mark in marks):
            yield start, joint.start(), carries
            start, carries = joint.start(), joint["carries"] is not None  # 再加 says something of what follows it
    yield start, len(text), carries


def _change(said: str, own: Sequence[Mark], before: Change | None) -> tuple[Change, bool]:
    """What a clause does, and whether it wants more of the same."""
    more = bool(_MORE.search(said))
    if _TAKE.search(said):
        return "take", False
    if own and not more and _SET.search(said):
        return "set", False
    return ("take" if before == "take" and not more and not _ADD.search(said) else "add"), more


_OBJECT = re.compile("[把将將]")


def _taken_later(clauses: Sequence[tuple[int, int, bool]], text: str) -> bool:
    """把马克杯和保温杯去掉: the verb of all of them stands at the end."""
    joined = takewhile(lambda clause: clause[2], clauses)
    return any(_TAKE.search(text[start:end]) for start, end, _ in joined)


def _with_products(
    found: list[Wish], ahead: Sequence[Wish], own: Sequence[Mark], text: str, change: Change, more: bool
) -> list[Wish]:
    """`ahead`: what was said ahead of the first product's name, "blue, size 7, one pair of the sliders"."""
    products = [mark for mark in own if mark[0] == "product"]
    said = [(text[start:end].strip(), text[:start], text[end:]) for _, start, end in products]
    new = [_times(Wish(change, name, more=more), before, after) for name, before, after in said]
    for mark in own:
        if mark[0] != "product":
            place = _owner(mark, products)
            new[place] = _given(new[place], mark, text)
    for wish in ahead:
        new[0] = _merged(new[0], wish)
    return [*found, *new]


def _times(wish: Wish, before: str, after: str) -> Wish:
    times = _TIMES_BEFORE.search(before) or _TIMES_AFTER.search(after)
    return replace(wish, quantity=int(times[1])) if times else wish


def _with_attributes(found: list[Wish], own: Sequence[Mark], text: str, change: Change, more: bool) -> list[Wish]:
    """A clause without a product: it says more of the last one, parts it, or changes what was spoken of."""
    given = Wish(change, more=more)
    for mark in own:
        given = _given(given, mark, text)
    if not own:  # "take it out again", "another one please"
        return found if found or not (change == "take" or more) else [given]
    if not found or change == "take" or more:
        return [*found, given]
    last = found[-1]
    parts = given.quantity and (given.color or given.size)
    if not parts and not any(getattr(last, name) and getattr(given, name) for name in _ATTRIBUTES):
        return [*found[:-1], _merged(last, given)]  # "a linen shirt, white, M"
    # "two shirts, one white and one navy", "in white M and L"
    color, size = given.color or last.color, given.size or last.size
    return [*found, replace(last, quantity=given.quantity or 1, color=color, size=size)]


def _merged(wish: Wish, other: Wish) -> Wish:
    return replace(wish, quantity=wish.quantity or other.quantity, color=wish.color or other.color,
                   size=wish.size or other.size)  # fmt: skip


def _owner(mark: Mark, products: Sequence[Mark]) -> int:
    """Which product of its clause a mark belongs to: a number to the next one, the rest to the one it stands at."""
    after = next((place for place, product in enumerate(products) if product[1] >= mark[2]), len(products))
    if after in (0, len(products)):
        return min(after, len(products) - 1)
    return after if mark[0] == "quantity" or products[after][1] - mark[2] <= 1 else after - 1


def _given(wish: Wish, mark: Mark, text: str) -> Wish:
    kind, start, end = mark
    if getattr(wish, kind):
        return wish
    return replace(wish, **{kind: count(text[start:end]) if kind == "quantity" else text[start:end]})


def _parted(found: Sequence[Wish]) -> Iterator[Wish]:
    """ "Two shirts, one white and one navy": the first wish is what the others together are."""
    for place, wish in enumerate(found):
        parts = 0
        for other in found[place + 1 :]:
            if other.name != wish.name or not (other.color or other.size):
                break
            parts += other.quantity
        if not (wish.name and parts) or wish.color or wish.size:
            yield wish
        elif wish.quantity > parts:
            yield replace(wish, quantity=wish.quantity - parts)
