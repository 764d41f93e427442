"""Words by which a shopper asks to be told when something happens, or takes that back. Pure, English and Chinese.

Beside the model, never instead of it. "Let me know when it ships" asks for a notice; "tell me when it will ship" asks
for a day and "you never told me" complains: those are no wish, and the model reads them.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.promises import Awaited

APPROVED = "approved"  # that staff have decided
ANYTHING = "anything"  # what comes next


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\n\s*", "", pattern), re.IGNORECASE | re.ASCII)


# --- English ---------------------------------------------------------------------------------------------------------

_ME = r"(?:me|us)"
_SURELY = rf"""(?:(?:please|just|pls|then|kindly) )?(?:alert|ping|text|message|remind|e-?mail|buzz|warn|notify) {_ME}
    |(?:please |pls )?notify|let {_ME} know|lmk|hit {_ME} up
    |mind (?:letting {_ME} know|(?:telling|notifying) {_ME})|keep {_ME} (?:posted|updated|informed|in the loop)
    |(?:give|send|drop|shoot) {_ME} (?:a |an )?(?:quick )?(?:shout|heads[- ]?up|ping|nudge|message|note|line|text|mail
    |e-?mail|notification|alert|update|reminder|notice)
    |shout|(?:i'd like|i would like|i want|want|wish|need|like|can i|could i|may i) (?:to )?(?:(?:be|get|have) )?
    (?:told|notified|informed|alerted|an? (?:notification|alert|reminder|message|update|heads[- ]?up))"""
_TELL = rf"tell {_ME}|inform {_ME}|update {_ME}|say|(?:want|like) to (?:know|hear)"
_WHEN = r"(?:when(?:ever)?|once(?! and for all)|as soon as|the (?:moment|minute|second|day)|if)"
_GAP = r"(?:[ ,]+(?:please|pls|straight away|right away|here|too|also|then|by \w+|at once|immediately|again)){0,3}[ ,]+"
_REST = r"(?P<rest>[^.?!;\n]{0,80})"
_FORWARDS = _compiled(rf"\b(?:(?P<sure>{_SURELY})|{_TELL}){_GAP}(?P<when>{_WHEN})\b{_REST}(?P<end>[?]?)")
_BACKWARDS = _compiled(
    rf"(?:^|[.?!;,\n]|\b(?:and|so|but|please|then)\b)\s*(?P<when>{_WHEN})\b(?P<rest>[^.?!;\n]{{3,60}}?)[, ]+"
    rf"(?:then |please |just |pls |do |can you |could you |would you ){{0,2}}\b(?:{_SURELY}|{_TELL})\b"
    r"(?! (?:why|what|how|that))"
)
_ALWAYS = _compiled(
    rf"""\bkeep {_ME} (?:posted|updated|informed|in the loop)\b|^\W*(?:yes,? |ok,? |please )?notify {_ME}
    (?: please)?\W*$|\blet {_ME} know (?:if|when) (?:there is|there's|there are|anything|something) (?:any |a )?
    (?:\w+ )?(?:news|change\w*|updates?|happens)
    |\b(?:sign|put) {_ME} (?:up|down) for (?:\w+ )?(?:notifications?|alerts?|updates?|notices?)
    |\bturn on (?:\w+ )?(?:notifications?|alerts?|updates?)"""
)
# a day is asked for, or something of the past
_ASKS_DAY = _compiled(
    r"""^[^,]{0,30}\b(?:will|would|shall|should|can|could|might|going to|expect\w*|due|supposed|do|does|did|was|were
    |is my|is the|are the|are my|\w+'ll)\b"""
)
# said of others, of what was not done, or asked whether it is done
_NO_WISH = _compiled(
    r"""\b(?:\w+n't|not|never|no|nobody|why|said|says|promised|supposed|told|they|courier|driver|he|she|forgot|failed
    |used to|do you|does|did|would have|should have|always|where i asked)\b[^.?!,;\n]{0,30}$"""
)
_DO_NOT_FORGET = _compiled(r"\b(?:do not|don't) forget to\b|\bwhy (?:not|don't you)\b")
_ENGLISH = {
    APPROVED: r"approv\w*|decided?|decision|signed off|get the ok|given the go[- ]ahead|green light",
    Awaited.REFUNDED: r"""refund\w*|money|paid back|pay(?:s|ing)? (?:me )?back|reimburs\w*|credited
        |(?:on|in|into|reach\w*|hits?|to) my (?:bank )?(?:account|card)""",
    Awaited.DELAYED: r"""late|later|delay\w*|postpon\w*|slips?
        |h[eo]ld(?:s|ing)? (?:\w+ )?up|behind schedule|takes? longer|pushed back|moved
        |(?:not|\w*n't) (?:\w+ ){0,3}?(?:on time|arriv\w*|com\w+|mak\w+ it)|new (?:delivery )?(?:date|day)""",
    Awaited.BACK: r"""(?:back )?in stock|available|restock\w*|back in|back on sale
        |(?:\w+'s|\w+'re|comes?|is|are|get) back|(?:get|have|got) (?:\w+ ){0,3}(?:in|again|more)
        |more (?:of them )?(?:arrive|come)s?|replenish\w*""",
    Awaited.SENT: r"""ships?|shipped|shipping|sent|sends?|dispatch\w*|despatch\w*|leaves?|left|posted|goes out|gone out
        |(?:on|in) (?:its|the|their) (?:way|post|mail)|with the (?:courier|carrier)|handed (?:over )?to|picked up by
        |out (?:of )?the door""",
}
_EVENTS = {name: _compiled(rf"\b(?:{pattern})\b") for name, pattern in _ENGLISH.items()}
_NEXT_TIME = _compiled(r"\b(?:back|again|restock\w*|more|becomes?|ever)\b")

# --- Chinese: simplified, what is written traditionally is read as that ----------------------------------------------

_LETTERS = str.maketrans(
    "發貨補庫碼顏復賣訴說説聲時間後話請煩麼帳賬錢遲誤擱審過來達攬開關設啟訂個動靜變沒會別無進況給這裡裏兒單為爲"
    "買還處記幫應諾經決閉銷刪緊盡馬點現準號遞啓結講嗎條謝務們",
    "发货补库码颜复卖诉说说声时间后话请烦么帐账钱迟误搁审过来达揽开关设启订个动静变没会别无进况给这里里儿单为为"
    "买还处记帮应诺经决闭销删紧尽马点现准号递启结讲吗条谢务们",
)
_ONCE = "(?:一?[下声个条])?"
_CN_TELL = rf"""(?P<tell>(?:通知|提醒|知会)(?:到?我{_ONCE}|一?下我?|一声)|(?:给|跟|和|向)我(?:发|说)?{_ONCE}
    (?:通知|消息|提醒|短?信息?|[说讲]一?[下声]?)|发我{_ONCE}(?:通知|消息|提醒|短信)|(?:告诉|说)我?一[下声]|告[诉知]我|吱一?声|(?:[叫喊踢敲]|滴滴?)我(?:一?[声下])?)"""
_CN_SOFT = r"""[,、 ]*(?:的话|之?后|以后|时候?|就|再|也|请|麻烦|您|你|可以|能|要|记得|帮我|帮忙|第一时间
    |及时|马上|尽快|直接|务必|提前|先|都|在?这[里儿]?){0,5}[,、 ]*"""
_CN_EVENTS = {
    APPROVED: r"批准|审[核批]?(?:完|过|通过|好|下来)|通过了?审核|通过|同意|批下?来|决定|有结果",
    Awaited.REFUNDED: r"""退款(?:到[账帐]|到|成功|完成|好|退|下来|处理完|[打返]?回来?)?
        |钱款?(?:[退打返]?回来?|到[账帐]?|退)|到[账帐]|退(?:回来|完)""",
    Awaited.DELAYED: r"""延[误迟期后]|晚[点到送]|送晚|迟到|(?:不能|没法|无法|没有?|不)(?:按时|准时|如期)送?[到达]?
        |推[迟后]|耽[误搁]|误点|送?不?到?不了|改期|超时|逾期""",
    Awaited.BACK: r"""有现?货|现货|到货|补[货了上]|[码色款]到
        |上架|来货|有库存|有码|有(?:这个?)?(?:尺码|颜色)|恢复(?:库存|供货)|能买""",
    Awaited.SENT: r"发(?:货|出[去来]?|走|快递)|寄(?:出[去来]?|走)?|出库|揽收|上路|出发",
}
_CN = {
    name: _compiled(
        rf"(?P<before>[^。?!\n]{{0,20}}?)(?:{event})(?:了|的?时候?)?{_CN_SOFT}{_CN_TELL}(?P<after>.{{0,4}})"
    )
    for name, event in _CN_EVENTS.items()
}
_CN_NOUNS = {Awaited.BACK: "[到补有]货", Awaited.SENT: "发货", Awaited.REFUNDED: "退款|到[账帐]"}
_CN_SWITCHED_ON = {
    name: _compiled(rf"(?:[开打设订要加][通启开置]?|帮我)[个一下]{{0,2}}(?:{noun})(?:通知|提醒)")
    for name, noun in _CN_NOUNS.items()
}
_CN_ALWAYS = _compiled(
    rf"""^[,! 好的请麻烦那就]*(?:通知|提醒)我{_ONCE}[吧。! 谢]*$
    |有(?:任何)?(?:进展|动静|变[化动]|消息|新情况)了?[,、 ]?(?:就|再|请|麻烦)*(?:通知|告诉|提醒|跟我说)"""
)
# of the past, not done, asked whether it is done
_CN_BEFORE = re.compile(r"为什么|怎么|上次|之前|昨天|已经|没有?人|客服说|说好|答应|承诺")
_CN_AFTER = re.compile(r"^(?:[了过的吗么说]|为什|原因)")
_CN_UNDONE = re.compile(r"(?:[没未不别会]|有没有)$")

_WAITING_LIST = _compiled(rf"\b(?:put|add|sign) {_ME} (?:up )?(?:on|to|for) (?:the |your |a )?wait(?:ing)?[- ]?list")
# what may stand beside a wish and asks for nothing
_BESIDE = _compiled(
    r"""\b(?:and|so|but|also|then|please|pls|thanks?|thank you|yes|ok(?:ay)?|hi|hello|hey|can|could
    |would|will|you|the|my|an?|for|about|on|of|with|order|number|no|it|is|it's|in|this|that|here|just)\b|订单|单号|我的?|你们?|您|请|麻烦|谢谢|你好|好的|那|就|这个?|的|了|吧|在"""
)

# --- taken back ------------------------------------------------------------------------------------------------------

_NOTICES = r"(?:notif\w*|notices?|alerts?|updates?|reminders?)"
_BACK = _compiled(
    rf"""\b(?:(?:stop|cancel|turn off|switch off|end|remove|disable|delete|drop|unsubscribe \w+ from|no more
    |(?:do not|don't|no longer) (?:want|need)|opt out of|mute)\b[^.?!\n]{{0,25}}\b{_NOTICES}
    |stop (?:(?:notify|alert|ping|remind|messag|text|updat)ing|letting) {_ME}
    |stop (?:sending|writing) {_ME}(?: messages)?
    |stop telling {_ME}(?: (?:when|about|once|any ?more|now|please|thanks?)\b|\W*$)
    |(?:do not|don't|no need to|needn't|you (?:do not|don't) (?:have|need) to|no longer need to|never ?mind)
    [ ](?:(?:notify|alert|ping|remind|message|text|update) {_ME}|let {_ME} know
    |tell {_ME}(?= (?:when|about|once|any ?more|after all|now|if)\b|\W*$))
    |(?:do not|don't) bother (?:to )?(?:tell|notify|let)\w*(?: {_ME})?|(?:{_NOTICES}) off)\b"""
)
_CN_BACK = _compiled(
    r"""(?:不(?:用|要|必|需要|想|再)|别|无需|甭|取消|停止?|关[掉闭]?|退订|撤[销回]|删除?|去掉)
    (?:再|给我|发|收到?|设置?|了|这个|所有|全部|一切|[到补发]货|退款|到[账帐]|延误|订单|的){0,5}(?:通知|提醒|告诉我)(?!.{0,3}(?:为什|原因|怎))
    |(?:通知|提醒)(?:都|全|可以|帮我){0,2}(?:关|取消|停|撤|删)[了掉吧]"""
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish to be told."""

    awaited: str  # an Awaited, APPROVED or ANYTHING
    alone: bool  # the message says nothing else


@lru_cache(maxsize=128)  # a turn asks anew with every outcome of the shop
def asked(text: str) -> Asked | None:
    """What the message asks to be told of; None when it does not ask for that."""
    typed = _typed(text)
    return _english(_DO_NOT_FORGET.sub("please", typed)) or _chinese(typed)


def takes_back(text: str) -> bool:
    """Whether the shopper wants to be told no more."""
    typed = _typed(text)
    return bool(_BACK.search(typed) or _CN_BACK.search(typed))


def _typed(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("’", "'").translate(_LETTERS)


def _english(text: str) -> Asked | None:
    for form in (_FORWARDS, _BACKWARDS):
        for found in form.finditer(text):
            rest, when = found["rest"], found["when"].lower()
            if _NO_WISH.search(text[: found.start()]) or (when != "if" and _ASKS_DAY.search(rest)):
                continue
            if form is _FORWARDS and not found["sure"] and found["end"] and when.startswith("when"):
                continue  # "can you tell me when it ships?" asks for the day
            own = re.split(r"[, ](?:and|but|then|also)\b", rest, maxsplit=1)[0]
            name = _event(own, when)
            if name or (name := _event(rest, when)):
                cut = len(rest) - len(own) if form is _FORWARDS and _event(own, when) else 0
                return Asked(name, _nothing(text[: found.start()] + text[found.end() - cut :]))
    for name, form in ((ANYTHING, _ALWAYS), (Awaited.BACK, _WAITING_LIST)):
        if (found := form.search(text)) and not _NO_WISH.search(text[: found.start()]):
            alone = form is _WAITING_LIST or _nothing(text[: found.start()] + text[found.end() :])  # goods go with it
            return Asked(name, alone)
    return None


def _event(clause: str, when: str) -> str:
    """What the clause tells of; "if" asks for what may come, not whether it is so now."""
    name = next((name for name, pattern in _EVENTS.items() if pattern.search(clause)), "")
    to_come = name == Awaited.DELAYED or (name == Awaited.BACK and _NEXT_TIME.search(clause))
    return name if when != "if" or to_come else ""


def _chinese(text: str) -> Asked | None:
    for name, pattern in _CN.items():
        for found in pattern.finditer(text):
            undone = _CN_UNDONE.search(text[: found.start("tell")])
            if not (undone or _CN_BEFORE.search(found["before"]) or _CN_AFTER.search(found["after"])):
                before = text[: found.start()] + found["before"]
                return Asked(name, _nothing(before + text[found.end("tell") :]))
    for name, pattern in (*_CN_SWITCHED_ON.items(), (ANYTHING, _CN_ALWAYS)):
        if found := pattern.search(text):
            return Asked(name, _nothing(text[: found.start()] + text[found.end() :]))
    return None


def _nothing(rest: str) -> bool:
    """Whether what is left of the message asks for nothing else."""
    return not any(letter.isalpha() for letter in _BESIDE.sub("", rest))
