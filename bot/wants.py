"""What a message about an order says beyond its intent: a list, what is wrong, what is wished for. Pure, per language.

Beside the model, never instead of it: the model says that something is wrong, these say what. "" or None where the
words leave it open; then the shopper is asked.
"""

import re

_NT = r"(?:n['’]?t| not)"  # "isn't", "is not"


def _words(english: str, chinese: str) -> re.Pattern[str]:
    """English between word borders, Chinese anywhere: a mixed message is read too. A space stands for any blank."""
    return re.compile(rf"\b(?:{english})(?!\w)|{chinese}", re.IGNORECASE | re.ASCII)


# --- orders as a list ------------------------------------------------------------------------------------------------

_ORDERS = _words(
    r"my (?:\w+ ){0,3}orders|all (?:of )?(?:the |my )?orders|(?:list|overview|history) of (?:\w+ ){0,2}orders"
    r"|order (?:history|list|overview)|orders (?:do|did|have) i|(?:which|what) orders",
    r"(?:所有|全部|[历歷]史|哪些|哪?[几幾][个個张張笔筆]?|最近|名下)的?(?:[订訂][单單]|[单單](?![号號]))"
    r"|[订訂][单單](?:列表|[记記][录錄]|[历歷]史|有哪些|都)|列(?:出|一下).{0,6}[订訂][单單]|[订訂][单單].{0,4}列(?:出|一下)",
)
_OPEN = _words(
    r"open|outstanding|on (?:the|their|its) way|in transit|(?:still|yet) to (?:come|arrive)|under ?way"
    r"|not (?:yet )?(?:here|arrived)",
    r"路上|在途|[没沒]到|[没沒]收到|未完成|[进進]行中|[没沒未][发發]",
)


def lists_orders(text: str) -> bool:
    """ "Show my orders", 我的订单有哪些: several orders are meant, and all that there are."""
    return bool(_ORDERS.search(text))


def open_only(text: str) -> bool:
    """Of a list: only what is still to come."""
    return bool(_OPEN.search(text))


_WHERE = re.compile(
    r"(?:(?:hi|hello|and|so|ok(?:ay)?|please|then|also)\b[\s,]*)*"
    r"(?:(?:do you know |can you (?:tell me|check|see) |tell me )?(?:where|how far)(?:['’]?s| is| are)?"
    r"|when (?:will|is|does))(?: (?:my|the|order|parcel|number|no\.?))* #?(?:[a-z]{1,4}[ -])?<order>"
    r"(?: (?:now|at|then|please|is|got to|arriv(?:e|ing)|com(?:e|ing)|be here|get here))*\W*"
    r"|(?:那|请问|請問|我的|[订訂][单單])*[号號]?<order>(?:[号號]|的?[订訂][单單]|[这這][单單]|[现現]在|又|呢|的)*"
    r"(?:到(?:哪儿?|哪里|哪裡|什么地方)了?|在哪儿?里?|(?:什么|甚麼|啥|几|幾)[时時天]候?(?:能|会|會)?[到送来來]货?)[了呢啊呀吗\W]*",
    re.IGNORECASE,
)


def asks_where(text: str, number: str) -> bool:
    """ "Where's 10042?", 10101到哪了, and nothing else: whatever was spoken of before, it is the order's state."""
    return bool(number) and bool(_WHERE.fullmatch(_as_written(number).sub("<order>", text.strip(), count=1)))


def _as_written(number: str) -> re.Pattern[str]:
    """The order's number as it may stand in a message: "SC-2001", "sc 2001"."""
    return re.compile(r"[\s-]?".join(map(re.escape, re.split(r"[\s-]", number))), re.IGNORECASE)


_SENT_BACK = _words(
    r"(?:my|the|our|that) returns?(?! (?:label|slip|form|address|policy|window|fee))"
    r"|(?:\w+ ){1,4}(?:i|we)(?:['’]ve| have)? (?:sent|posted|shipped|brought) back"
    r"|(?:\w+ ){1,4}(?:i|we)(?:['’]ve| have)? returned",
    r"(?:我|已[经經])?退(?:回去?|掉|[货貨])?的(?:[货貨件]|[东東]西|那[件个個双雙]|\w{0,6})|寄回去?的\w{0,6}|退[货貨件]",
)
_ASKS_AFTER = _words(
    r"what(?:['’]s| is| has)? (?:happened|happening|going on|become|the (?:status|state))|what about"
    r"|how(?:['’]s| is| are)|any (?:news|update|word)|status|progress|check on|hear(?:d)? (?:nothing|anything)"
    r"|where(?:['’]s| is| are)|still waiting",
    r"怎[么麼]?[样樣](?:了|啦)|[进進]度|[进進]展|[状狀][态態]|什[么麼]情[况況]|有(?:消息|[结結]果)|到哪一?步|[处處]理(?:到|得|好|完)"
    r"|(?:到|收到)了?[吗嗎没沒]",
)


_FOR_REFUND = _words(
    r"(?:how|where) (?:do|can|could|would|should) (?:i|we) (?:get|claim|ask for|request|apply for|obtain)"
    r" (?:\w+ ){0,2}(?:refund(?:ed)?|money back)|(?:i|we)(?:['’]d like| would like| want) (?:a|my) refund",
    r"(?:怎[么麼]|如何)(?:才能|能|申[请請]|[办辦]理?)?(?:退款|退[钱錢])|想(?:申[请請]|[办辦]理?)?退款",
)


def asks_for_refund(text: str) -> bool:
    """ "How do I get a refund for the lamp": it is asked for, and not where it is."""
    return bool(_FOR_REFUND.search(text))


def asks_after_return(text: str) -> bool:
    """ "What happened to my return?", 我退的货怎么样了: the state of goods that went back, not how to send them."""
    return bool(_SENT_BACK.search(text) and _ASKS_AFTER.search(text))


# --- what is wrong with goods ----------------------------------------------------------------------------------------

_RUNS = r"work|turn|charge|start|open|close|switch|connect|go|hold|heat|light"
# kind of a claim → its words; the first one that fits counts
_PROBLEMS = {
    "missing_item": _words(
        rf"missing|incomplete|(?:was|were|is|are){_NT} (?:in|inside|there|included)"
        r"|not in (?:the|my) (?:box|parcel|bag)|left out|short of|forgot"
        r"|only (?:got|received|had|one|two|half)|without (?:the|its|any)",
        r"少(?:了|[发發]|件|[货貨]|寄|[给給]|一|[两兩])|漏[发發寄装裝]|缺(?:了|件|少|一|[两兩])|不全"
        r"|[没沒]有?(?:放|配|[给給装裝])",
    ),
    "wrong_item": _words(
        r"wrong|(?:\w+n['’]t|not) what (?:i|we) (?:ordered|bought|paid)|some(?:one|body) else['’]?s?|instead of"
        r"|mix(?:ed)?[ -]up|different (?:item|one|thing|product|colou?r|size|model)|not as described",
        r"[发發寄拿][错錯]|[错錯](?:了|[货貨码碼色的款])|不是我(?:想|要)?(?:[买買订訂要拍])|[货貨]不[对對]板|[别別]人的"
        r"|不一[样樣]|(?:[颜顏]色|尺[码碼]|型[号號]|款式)不[对對]|描述不符",
    ),
    "defective": _words(
        rf"stop(?:s|ped) \w+ing|(?:(?:does|do|did|will|would){_NT}|won['’]?t) (?:{_RUNS})|not working|no longer"
        r"|faulty|defect|defective|dead|flicker(?:s|ed|ing)?|cuts? out|died|gave up|packed up|keeps? \w+ing",
        r"不(?:亮|[转轉]|[响響]|制冷|工作|出[水雾霧气氣声聲]|通[电電]|能用|好使|[动動]|[弹彈])|[开開打充连連]不[开開了进進机機上]"
        r"|失[灵靈]|[没沒]反[应應]|故障|失效|死[机機]|用不了",
    ),
    "damaged": _words(
        r"broken?|breaks?|damaged?|crack(?:s|ed)?|torn|tears?|tore|holes?|ripp?ed|smashed|dent(?:s|ed)?|scratch(?:es|ed)?"
        r"|stain(?:s|ed)?|leak(?:s|ed|ing|y)?|shattered|chip(?:s|ped)?|bent|crushed|dirty|smells?|mou?ldy?|expired|rotten"
        r"|snapped|(?:came|coming|fell|falling) (?:off|apart)|in pieces|ruined",
        r"破|裂|碎|坏|壞|[划劃]痕|磨[损損]|[变變]形|[压壓]扁|漏|[脏髒]|污|[烂爛]|臭|[过過]期|[发發]霉|掉漆|洞|[瘪癟]"
        r"|[断斷]了|掉了|[开開][线線胶膠]",
    ),
}
_HYPOTHETICAL = _words(r"if|in case|suppose", r"如果|要是|假如|万一|萬一|的[话話]")
_TERMS = _words(r"cover(?:s|ed|age)?|warrant(?:y|ies)|guarantee[ds]?", r"保修|[质質]保|三包")
_HOW_LONG = _words(r"how (?:long|many (?:years|months))", r"多久|多[长長]|[几幾]年|[几幾][个個]月")
_ONES_OWN = _words(r"my|mine|our|ours|i|we", r"我|了")


def problem(text: str, *, used: bool = False) -> str:
    """Which kind of claim the words tell of, "" when they leave it open. `used`: it went after a while."""
    kind = next((kind for kind, words in _PROBLEMS.items() if words.search(text)), "")
    return "defective" if used and kind == "damaged" else kind


def tells_of_defect(text: str) -> bool:
    """Whether something is wrong with goods that are there: a question what would be covered tells of nothing."""
    asked_about = _TERMS.search(text) and re.search("[?？吗嗎]", text) and not _ONES_OWN.search(text)
    return not (_HYPOTHETICAL.search(text) or asked_about) and bool(problem(text))


def tells_of_fault(text: str) -> bool:
    """Whether goods that are there broke or do not work, and nothing is said of another size or colour."""
    return tells_of_defect(text) and problem(text) in ("defective", "damaged") and wish(text) != "replacement"


def asks_how_long(text: str) -> bool:
    """How long a warranty runs: the same for every order, so that one named beside it changes nothing."""
    return bool(_HOW_LONG.search(text))


_IN_HAND = _words(
    r"exchang\w*|return\w*|(?:send|sent) (?:\w+ ){0,3}back|arriv\w*|came|received|delivered|got|tried|wear\w*|wore|worn"
    r"|fit(?:s|ted|ting)?|too \w+",
    r"[换換][货貨]|退|寄回|收到|到[货貨了]|[试試]|穿|太|偏|不合|[大小长長短坏壞]了",
)


def in_hand(text: str) -> bool:
    """Whether the words tell that the goods have come: "too small", "exchange", 收到了."""
    return bool(_IN_HAND.search(text))


# --- what the shopper wishes -----------------------------------------------------------------------------------------

_WISHES = {
    "part": _words(
        r"(?:spare|new|replacement) parts?|just the part"
        r"|(?:send|need) (?:me )?(?:the|a) (?:new )?(?:part|screws?|lid|cable|charger|plug)",
        r"(?:[补補寄换換发發要][个個一]{0,2}|只要).{0,4}(?:配件|零件)",
    ),
    "refund": _words(
        r"refund(?:ed|s)?|money back|reimburse(?:d|ment)?|my money",
        r"退(?:款|[钱錢]|我[钱錢]|全[款额額])|[钱錢]退|[赔賠][钱錢]",
    ),
    "replacement": _words(
        r"replace(?:d|ment)?|new one|another(?: one)?|new pair|right one|resend|re-send|exchanged?|swap(?:ped)?"
        r"|send (?:\w+ ){0,3}(?:again|anew|once more|out again)"
        r"|send (?:me |us )?(?:a |the )?(?:new|right|correct|missing)",
        r"[换換](?:[货貨新]|一|[个個])|[补補](?:[发發寄]|一)|重新?[发發寄]|再[发發寄]|新的",
    ),
}
_NOT_WISHED = _words(
    r"(?:\w+n['’]t|not|no|never|rather than) (?:\w+ ){0,3}?(?:refund|money|replacement|new one|exchange)",
    r"(?:不要|不想|不用|[别別]|不需要).{0,3}(?:退款|退[钱錢]|[换換]|[补補]|新的)",
)


def wish(text: str) -> str | None:
    """ "refund", "replacement" or "part", where exactly one is asked for."""
    rest = _NOT_WISHED.sub(" ", text)
    named = [name for name, words in _WISHES.items() if words.search(rest)]
    return named[0] if len(named) == 1 or named[:1] == ["part"] else None


# --- what happened to a parcel ---------------------------------------------------------------------------------------

_TROUBLES = {
    "refused": _words(
        rf"refus(?:e|ed|al|ing)|did{_NT} accept|not accepted|rejected|turned (?:it|the \w+) away",
        r"拒收|拒[签簽]|不收了",
    ),
    "elsewhere": _words(
        r"wrong (?:house|address|door|flat|place|building|street|person|neighbou?r)"
        r"|not my (?:door|house|porch|address|flat)|(?:stolen|nicked|pinched|taken)(?: \w+){0,3} (?:from|off)"
        r"|(?:left|dumped|put|threw|dropped)(?: \w+){0,3} (?:outside|behind|over|at|on|in|with|by|next)",
        r"(?:送|投|放|派)[错錯]|[别別]人(?:家|那)|不是我家|(?:放|扔)(?:在|到)|被偷",
    ),
    "missing": _words(
        r"(?:says?|said|shows?|showing|marked|status|tracking|app)(?: \S+){0,6} delivered|signed for"
        r"|delivered(?: \S+){0,10} (?:not|never|nothing|no|\w+n['’]t)|never (?:got|received|arrived|came)"
        r"|nothing (?:is |was |has )?(?:here|there|arrived|come)",
        r"(?:[签簽]收|妥投|送[达達]).{0,20}(?:[没沒未无無]|不)|(?:[没沒]|未)收到|[谁誰][签簽]|被[签簽]收",
    ),
    "lost": _words(
        r"lost|(?:went|gone|going) missing|vanished|disappeared|lose|losing",
        r"[丢丟](?:了|件|失)|弄[丢丟]|[遗遺]失|不[见見]了",
    ),
    "unreachable": _words(
        rf"(?:could|can|did){_NT} (?:find|reach|deliver|access|get)|cannot (?:find|reach|deliver)"
        r"|(?:unable|failed) to (?:find|deliver)|miss(?:ed)? (?:the|my|a|your)|come (?:again|back)"
        r"|re-?deliver(?:y|ed)?|try again|carded"
        rf"|(?:no ?body|no one)(?: was)? (?:at )?(?:home|in)|was{_NT} (?:at )?(?:home|in)",
        r"地址.{0,4}(?:找不到|不[详詳]|[错錯]|有[误誤]|[无無]法|不[对對])|找不到(?:地址|我家|地方)|[联聯][系繫]不上"
        r"|[电電][话話]打不通|派送失[败敗]|重新?(?:派|送|投)|再(?:送|派)一|[没沒]人在家|不在家|改天送",
    ),
}  # fmt: skip


def trouble(text: str) -> str:
    """ "refused", "elsewhere", "missing" (said to be there), "lost", "unreachable", or "" when it only takes long."""
    return next((kind for kind, words in _TROUBLES.items() if words.search(text)), "")


_ASKED_AROUND = _words(
    r"neighbou?rs?|next door|asked around|reception|mail ?room|concierge|safe place"
    r"|(?:asked|checked|looked|searched)(?: \w+){0,3} (?:everywhere|all over|family|(?:house|flat) ?mates?)",
    r"(?:[邻鄰]居|[门門][卫衛]|前台|[驿驛]站|保安|物[业業]|家(?:里|裡)?人|同事).{0,8}(?:[没沒]|不|[问問])"
    r"|(?:都|全)(?:[问問]|找|看)(?:了|[过過]|遍)|找遍",
)
_NOT_YET = _words(
    rf"not yet|have{_NT} (?:asked|looked|checked|yet|been)|i['’]ll|i will|let me|will (?:look|ask|check)|going to",
    r"[还還][没沒]|[没沒](?:[问問]|找|看)|我(?:去|先)|等我|先.{0,2}(?:看|[问問]|找)|[这這]就去",
)
_LOOKED = _words(
    r"yes|yep|yeah|yup|i have|i did|we did|already|asked|checked|looked|searched|everywhere|nobody|no ?one|none of",
    r"(?:[问問]|找|看|查)(?:[过過]|遍|了)|都[没沒]|[没沒]人|是的|[对對]|嗯|有的",
)
_NO = _words(r"no|nope|nah", r"^[没沒]有?$|不")


def asked_around(text: str) -> bool:
    """Whether the message itself says that neighbours, reception or the like were asked."""
    return bool(_ASKED_AROUND.search(text)) and not _NOT_YET.search(text)


def checked(text: str) -> str | None:
    """The answer to whether neighbours and safe places were looked at: "yes" or "no"."""
    if _NOT_YET.search(text):
        return "no"
    if _LOOKED.search(text) or _ASKED_AROUND.search(text):
        return "yes"
    return "no" if _NO.search(text) else None
