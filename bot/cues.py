"""Words that say which case of an intent it is: the model names the intent, these lists what it is about. Pure.

Each reads a whole message, in English and Chinese (simplified and traditional), and gives a canonical slot value.
"""

import re
from collections.abc import Collection, Mapping

YES = "yes"  # the value of a slot that only says that something was said


def _pattern(english: str, chinese: str) -> re.Pattern[str]:
    """Both may be written over several lines: the blanks at a line's begin do not count."""
    parts = (re.sub(r"\n\s*", "", part) for part in (english, chinese))
    return re.compile(r"\b(?:{})\b|{}".format(*parts), re.IGNORECASE | re.ASCII)


# --- place_order -----------------------------------------------------------------------------------------------------

# what somebody had before, once more
_AGAIN = _pattern(
    r"""re-?order|order again|(?:my|the) usual(?= order| please|[,.!]|$)
    |(?:the |my )?same (?:again|order|things?|stuff|as (?:last|before|in|my|the|order|what|previous)
    |(?:\w+ ){1,4}as last time)
    |(?:order|buy|get|have|send(?: me)?) (?:it|them|that|these|those|this|everything|all of it|the same|the lot)
    [ ](?:once )?(?:again|more)
    |(?:what|as) i had (?:last|before|in)|(?:order |number |no\.? )?#?\d{4,12} (?:once )?(?:again|once more)
    |(?:repeat|again) (?:of )?(?:my |the )?(?:order|last)|repeat (?:my|the|that)""",
    r"""(?:跟|和|按|照|像|同)?(?:上次|上回|上個月|上个月|之前|上一[单單]|以前|上[单單])的?(?:订单|訂單)?(?:一模)?一[样樣]
    |一模一[样樣]的?(?:再)?来|(?:再|重新)(?:来|來|下|买|買|订|訂|要)一?[单單次遍]
    |(?:订单|訂單|[单單]子?).{0,16}再(?:买|買|来|來|下|订|訂|要)|同[样樣]的?(?:东西|東西)?再|老[样樣]子|[复複]购|回购|原[样樣]再""",
)
# the basket or the checkout does not do what it should
_TROUBLE = _pattern(
    r"""(?:can'?t|can ?not|couldn'?t|unable to|not able to|am stuck|won'?t let me|doesn'?t let me|not let me|trying to)
    [ ](?:\w+ ){0,3}?(?:check ?out|place (?:an |my |the |any )?order|complete (?:my |the )?(?:order|purchase)
    |(?:add|put) (?:\w+ ){1,5}(?:basket|cart|bag)|open (?:my |the )?(?:basket|cart))
    |(?:button|check-?out|basket|cart|shopping bag|order form|web ?site|web ?page|page|app)s? (?:\w+ ){0,4}?
    (?:does nothing|do(?:es)?n'?t|do(?:es)? not|won'?t|will not|isn'?t|is not|not working|stuck|frozen|freezes|crash\w*
    |broken|keeps|empty|says no|says error|greyed?|shows? an error|disappear\w*|reloads?)
    |nothing happens|(?:keeps (?:\w+ ){0,3}|an |the )?error (?:message|code|\d+)|somet?hin'?g? went wrong""",
    r"""(?:结算|結算|结账|結賬|結帳|下单|下單|提交|付款|购买|購買|加购|加購|按[钮鈕]|购物车|購物車|页面|頁面|网页|網頁
    |链接|連結|鏈接).{0,10}?(?:[没沒]反[应應]|打不[开開]|不了(?:[单單账賬帳])?|[点點]不|[报報][错錯]|出[错錯]|卡住|卡死
    |空的|空了|不[见見]|灰|[闪閃]退|转圈|轉圈|失败|失敗)
    |下不了[单單]|[结結]不了[账賬帳]|[点點].{0,6}[没沒]反[应應]|提交.{0,8}[没沒]反[应應]|[没沒]法(?:下[单單]|[结結][账賬帳])|系[统統]繁忙""",
)

# --- payment_problem: several may hold; they are given in this order -------------------------------------------------

_CLAIMS = {
    "no_order": _pattern(
        r"""(?:no|without (?:an |any )?) ?(?:order|confirmation)(?: number)?(?! \d)
        |(?:don'?t|do not|didn'?t|did not|never|haven'?t|can'?t|cannot)
        [ ](?:have|see|get|got|find|receiv\w+|had|gotten) (?:an? |any |my |the )?(?:order|confirmation)
        |order (?:isn'?t|wasn'?t|doesn'?t|didn'?t|is not|was not|does not|did not)
        [ ](?:there|shown?|showing|exist|created|gone through|go through)|but (?:no|nothing)""",
        r"""[没沒]有?(?:生成|[产產]生|[看见見]到|收到)?(?:订单|訂單|下[单單])|[没沒][单單]
        |(?:订单|訂單)(?:里|裡)?(?:[没沒]|不[见見]|找不到|查不到|不存在)|(?:查|找|看)不到(?:订单|訂單)""",
    ),
    "double": _pattern(
        r"""twice|two times|doubl\w*|duplicate\w*|2 ?x|2 times|two lots|two (?:payments|charges|debits|amounts)
        |second (?:time|payment|charge)|charged again|both (?:payments|charges)""",
        r"[两兩二2２](?:次|笔|筆|遍|[条條]|份)|重[复複]|多扣|打重|双重|[双雙]份",
    ),
    "pending": _pattern(
        r"pending|process(?:ing|ed yet)|authori[sz]\w*|reserv\w*|on hold|holds?|held|block(?:ed|ing) (?:on|amount|the)",
        r"[处處]理中|待(?:处理|處理|确认|確認|付款)|[预預]授[权權]|[冻凍][结結]|占用|佔用",
    ),
    "declined": _pattern(
        r"""declin\w*|refus\w*|reject\w*|fail\w*|unsuccessful|not (?:going through|working|accepted)
        |(?:not|won'?t|doesn'?t|didn'?t|cannot|can'?t|wouldn'?t) (?:be )?(?:go(?:ing)? through|work\w*|accept\w*|pay
        |process\w*)|pay (?:again|now)|try again|timed out|error""",
        r"""失[败敗]|付不(?:了|上|出|成)|被拒|拒[绝絕]|不成功|[报報][错錯]|支付不了|[没沒](?:法|能)(?:付|支付)
        |刷不(?:了|出|过|過)|重新(?:付|支付)|[过過]期""",
    ),
    "taken": _pattern(
        r"""taken|took|charged|gone|debited|deducted|left my (?:bank|account)|out of my (?:bank|account)
        |i (?:have |'?ve )?(?:already )?paid|money back|billed""",
        r"扣|[划劃]走|付了[钱錢]|付[过過]|[转轉]出去|[钱錢].{0,3}(?:没了|沒了|不见了|出去了)",
    ),
}  # fmt: skip

# --- promo_discount --------------------------------------------------------------------------------------------------

# a scheme that a shop may have or not, and how codes are used: only its own knowledge says so
_SCHEME = _pattern(
    r"""(?:where|how) (?:\S+ ){1,5}?(?:code|voucher|coupon|discount)s?
    |points?|loyalty|rewards?|member\w*|student\w*|nhs|military|veterans?|teachers?|pensioners?|seniors?|birthday
    |newsletter|sign(?:ing)?[ -]?up|refer\w*|friend|stamps?|cash ?back|price[ -]match|match (?:it|the price|that)
    |trade[ -]in|recycl\w*|bulk|wholesale|staff discount|stack\w*|combin\w*
    |(?:two|several|both|multiple) (?:codes|vouchers|coupons)""",
    r"""[积積]分|(?:怎[么麼]|哪[里裡儿兒]?|如何).{0,6}(?:[码碼券]|优惠|優惠)|[码碼券].{0,6}(?:怎[么麼样樣]|哪[里裡])
    |[会會][员員]|[学學]生|[军軍]人|教[师師]|老[师師]|老人|生日|[订訂][阅閱]|推[荐薦]|老[带帶]新|[返][现現]
    |保[价價]|[叠疊]加|一起用|[团團][购購]|批[发發]|以[旧舊][换換]新|回收|国补|國補|集[点點]""",
)
# a code that was tried, whether it is named or not
_CODE_FAILS = _pattern(
    r"""(?:codes?|vouchers?|coupons?|promo) (?:\S+ ){0,4}?(?:not|isn'?t|won'?t|doesn'?t|didn'?t|don'?t|can'?t|cannot
    |wouldn'?t|invalid|expired|rejected|refused|fail\w*|wrong|error)
    |(?:invalid|expired|wrong) (?:\w+ )?(?:code|voucher|coupon)|i have (?:a|this) (?:\w+ )?(?:code|voucher|coupon)""",
    r"""(?:[码碼券]|优惠|優惠|折扣).{0,8}(?:用不了|不能用|[无無]效|失效|用不上|不了|[没沒]反[应應]|不[对對]|[过過]期
    |[报報][错錯]|[错錯][误誤]|失[败敗])""",
)
# --- recommend_product, size_help ------------------------------------------------------------------------------------

_CHEAPER = _pattern(
    r"""cheaper|less expensive|lower[- ]?priced?|more affordable|(?:too|bit|rather) (?:expensive|dear|pricey|much)
    |costs? less|lower (?:budget|price)""",
    r"便宜|[实實]惠|太[贵貴]|[贵貴]了|[价價]格低",
)
_GOES_WITH = _pattern(
    r"""(?:go|goes|wear|pairs?|match|matches|matching) (?:well |nicely )?with|accessor(?:y|ies)
    |(?:match|suit) (?:my|the|these|this)""",
    r"搭配|配套|配件|[和跟与與][^，。]{1,16}(?:搭|配)|[搭配](?:什么|甚麼|啥)|怎[么麼]搭",
)
_ALTERNATIVE = _pattern(
    r"""alternatives?|similar|(?:something|anything|ones?|products?) like|like (?:this|that|it|these|those)(?: one)?
    |instead of|in place of|comparable|equivalent|same (?:kind|sort|style)""",
    r"[类類]似|替代|代替|差不多|平替|同[类類]|[这這那][种種样樣]的",
)
_OTHERS = _pattern(
    r"else|another|others?|different|more (?:ideas|options|suggestions|choices)|anything more",
    r"[别別]的|其[他它]|[换換][一个個批种種款]|[还還]有(?:[吗嗎]|[别別什啥其])|再(?:推|[来來]|[给給])",
)
_CHART = _pattern(
    r"size (?:charts?|guides?|tables?)|sizing (?:charts?|guides?|info\w*)|(?:all |the )?measurements (?:of|for)",
    r"尺[码碼寸]表|尺[码碼][对對]照|[码碼]表|尺寸[对對]照",
)
_TAX = _pattern(
    r"""(?:incl\.?|including|includes?|included|with|without|excluding|excl\.?|before|after|plus) (?:the |any |all )?
    (?:vat|tax(?:es)?)|(?:vat|tax(?:es)?) (?:\w+ )?(?:incl\w*|excl\w*|extra)|(?:gross|net) price""",
    r"[含算][增值]*[税稅]|[税稅](?:前|后|後)|[加另]收?[税稅]|不含[税稅]",
)
_IN_BOX = _pattern(
    r"""(?:in|inside) the (?:box|package|pack)|(?:what|anything)(?:'s| is| comes)? included
    |what (?:does it|do they) come with|comes? with (?:a |an |any |the )?
    (?:charger|cable|batter(?:y|ies)|case|lid|adapter|plug|accessor(?:y|ies)|instructions)
    |contents of the (?:box|pack\w*)""",
    r"""(?:包[装裝]|盒子?|箱子?|套[装裝])[里裡內内](?:面|边|邊)?[都还還]?(?:有|是|含|[装裝])|(?:包[装裝]|[装裝]箱|配件)清[单單]
    |[带帶送附]什[么麼]配件|[带帶送附](?:充[电電]|[电電]池)""",
)
_RUNS = _pattern(
    r"""(?:run|runs|running|fit|fits|comes?(?: up)?) (?:a (?:bit|little) )?
    (?:small|large|big|tight|loose|true|short|long)|true to size|siz(?:e|ing) (?:up|down)""",
    r"偏[大小]|(?:[标標][准準]|正)[码碼]|[码碼]?[准準][吗嗎不]",
)
_NAME = r"(?:the |my |these |those |this |that |an? )?(?P<{}>[^?.!,;\n]{{2,60}}?)"
_BESIDE = re.compile(
    r"\b(?:what|which|anything|something|accessor\w+)\b[^?.!]{0,30}?"
    r"\b(?:(?:go|goes|wear|pairs?|match|matches)(?: (?:well|nicely))? with|suits?(?: with)?) "
    rf"{_NAME.format('a')}[?.!]*$"
    rf"|\baccessor\w+ (?:for|to) {_NAME.format('b')}[?.!]*$"
    r"|(?P<c>[^，。？?]{2,30}?)(?:可以|能|要|应该|適合|适合)?(?:搭配?|配)(?:什[么麼]|啥|哪些)"
    r"|(?:什[么麼]|啥|哪些).{0,6}(?:搭配?|配)(?P<d>[^，。？?的送]{2,30})",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"it|this|that|these|those|(?:the|this|that) one|what (?:i|we)\b.*|.*\b(?:orders?|purchases?)"
    r"|.*我[买買].*|[这這那它][个個款]?",
    re.IGNORECASE,
)


def beside(text: str) -> str:
    """The product that something is wanted to go with, in the shopper's words; "" where nothing is."""
    found = _BESIDE.search(text.strip())
    name = next((name.strip() for name in found.groups() if name), "") if found else ""
    return "" if _NO_NAME.fullmatch(name) else name


# slot → what fills it
_WHERE = {
    "again": _AGAIN, "trouble": _TROUBLE, "scheme": _SCHEME, "code_fails": _CODE_FAILS, "cheaper": _CHEAPER,
    "goes_with": _GOES_WITH, "alternative": _ALTERNATIVE, "others": _OTHERS, "chart": _CHART, "runs": _RUNS,
    "tax": _TAX, "in_box": _IN_BOX,
}  # fmt: skip


def found(text: str, wanted: Collection[str]) -> Mapping[str, str]:
    """The wanted slots of this file that the message fills: claim with its kinds, the others with "yes"."""
    plain = text.replace("’", "'")
    values = {name: YES for name, pattern in _WHERE.items() if name in wanted and pattern.search(plain)}
    if "claim" in wanted and (kinds := [kind for kind, pattern in _CLAIMS.items() if pattern.search(plain)]):
        values["claim"] = ",".join(kinds)
    return values


_KEEP_BEFORE = (
    r"(?:\b(?:except|apart from|other than|besides|without|not|keep|keeping|leave|still (?:want|need))\b"
    r"(?: (?:for|the|my|that|those))*|除了?|留[着下]?|保留|[别別不]取消|不要取消)[^\S\n]*"
)
_KEEP_AFTER = (
    r"[^\S\n]*[我也就都]*(?:[还還]?要(?=[\s，。！,.!的]|$)|要?留[着下]|要?保留|不取消|[别別]取消|照[发發]|除外|不[动動]"
    r"|stays?\b|can stay\b)"
)


def kept(said: str, name: str) -> bool:
    """Whether the message says of this name that it stays: "not the mug", 杯子留着."""
    word = re.escape(name)
    return bool(re.search(rf"{_KEEP_BEFORE}{word}|{word}{_KEEP_AFTER}", said, re.IGNORECASE))
