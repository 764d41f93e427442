"""Words that a template must not hold, or only where its act's written variants do. Pure patterns, English and Chinese.

Templates are looked at in plain letters (`plain`), so that other scripts and widths hide nothing. Chinese is given in
simplified and traditional characters. facts.py decides what follows from a hit.
"""

import re
import unicodedata
from collections.abc import Mapping

# Figures, days and months in words: they come from facts alone.
_FIGURES = {
    "en": r"zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
          r"|(?:twen|thir|for|fif|six|seven|eigh|nine)t(?:y\w*|ieths?)|(?:hundred|thousand|[mb]illion|dozen)(?:s|ths?)?"
          r"|percent(?:age)?s?|half|twice|thrice|doubled?|tripled?|first|second|third|fourth|fifth|sixth|seventh|eighth"
          r"|ninth|tenth|eleventh|twelfth|one[ -](?:minute|hour|day|week|month|year|item|euro|pound|dollar)s?"
          r"|tomorrow|yesterday|today|tonight|noon|midnight|weekends?"
          r"|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|april|june|july"
          r"|august|september|october|november|december"
          r"|(?-i:March|Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
          # "may" is a word too: a month after these, or before a placeholder, of which a space is left
          r"|(?:in|of|until|since|by|this|next|last|before|after|from|early|mid|late|on)[ -](?-i:May)|(?-i:May)(?=  )",
    "zh": r"[零一二两兩三四五六七八九十百千万萬亿億半几幾]+"
          r"(?=[个個件天日周週月年元块塊点點分折号號份单單小时時秒笔筆倍成])"
          r"|[二两兩三四五六七八九贰貳叁柒捌玖佰仟廿卅](?![维維者]|方[^向])|十[一二三四五六七八九]|第[一二三四五六七八九十]"
          r"|明天|昨天|今天|后天|後天|前天|双倍|雙倍|(?:星期|周|週|礼拜|禮拜)[一二三四五六日天末]|[一二三四五六七八九十]+月",
}  # fmt: skip
_STATES = {
    "en": r"shipped|dispatched|delivered|cancel+ed|refunded|returned|packed|paid|approved|in stock|sold out"
          r"|(?<!feel )free",
    "zh": r"已(?:经|經)?(?:发货|發貨|送达|送達|签收|簽收|取消|退款|退货|退貨|打包|付款|发出|發出|寄出|批准)"
          r"|有货|有貨|缺货|缺貨|免费|免費|包邮|包郵",
}  # fmt: skip
# What turns a sentence round.
_NEGATION = {
    "en": re.compile(r"\b(?:not?|never|none|nothing|nobody|neither|nor|without|cannot|\w+n't|unable)\b", re.IGNORECASE),
    "zh": re.compile("[不没沒无無未别別勿非否]"),
}
# What tells of an effect, names somebody, or would have the shopper do what could harm him.
_WEIGHTY = {
    "en": r"un(?:available|successful)\w*|left|leav\w+|late|early|done"
          r"|(?:re)?(?:cancel|refund|return|ship|dispatch|deliver|pack|pay|paid|approv|reimburs|credit|charg|reject"
          r"|declin|deny|denie|confirm|accept|arriv|process|complet|exchang|replac|chang|updat|delay|damag|guarante"
          r"|promis|reserv|discount|compensat|expir|clos|block|suspend)\w*|sent|los[et]\w*|lost|stolen"
          r"|on (?:its|the) way|in transit|available|out of stock"
          r"|passwords?|passcodes?|pin|cvv|cards?|iban|bank\w*|click\w*|download\w*|install\w*|transfer\w*|wire|call"
          r"|phone|ignore|instructions?|prompt|system|mr|mrs|ms|dr|dhl|dpd|ups|fedex|hermes|evri|usps|royal mail"
          r"|paypal|visa|mastercard|klarna|alipay|wechat|whatsapp|telegram|slack|amazon|ebay|apple|google"
          r"|(?-i:(?!OK\b)[A-Z]{2,}\w*|\w*[a-z][A-Z]\w*)",
    "zh": r"已|准时|準時|按时|按時|提前|离开|離開|取消|退款|退货|退貨|退回|换货|換貨|发货|發貨|送达|送達"
          r"|签收|簽收|派送|配送|寄出|发出|發出|打包|付款|支付|扣款|到账|到賬|批准|通过|通過|拒绝|拒絕|确认|確認|修改|更改|更新|完成|成功|失败|失敗"
          r"|优惠|優惠|折扣|赔偿|賠償|补偿|補償|延误|延誤|延迟|延遲|丢失|遺失|损坏|損壞|到货|到貨|库存|庫存|保证|保證"
          r"|承诺|承諾|密码|密碼|验证码|驗證碼|银行|銀行|卡号|卡號|转账|轉賬|汇款|匯款|点击|點擊|下载|下載|安装|安裝|电话"
          r"|電話|忽略|指令|系统|系統|先生|女士|小姐|顺丰|順豐|圆通|圓通|中通|申通|韵达|韻達|极兔|京东|京東|邮政|郵政"
          r"|淘宝|淘寶|天猫|支付宝|微信|抖音|拼多多|亚马逊|亞馬遜|苹果|蘋果|华为|華為|小米|耐克|[a-z]{2,}",
}  # fmt: skip
_SIGNS = "\U0001f193\U0001f4af\U0001f51f\U0001f947-\U0001f949\U0001f550-\U0001f567"  # free, 100, ten, medals, clocks
_MARKS = "✅✔☑❌✖❎🚫"  # yes and no


def _patterns(*tables: Mapping[str, str], signs: str) -> Mapping[str, re.Pattern[str]]:
    """By language; an English word stands between word borders, Chinese has none."""
    joined = {base: "|".join(table[base] for table in tables) for base in ("en", "zh")}
    return {
        "en": re.compile(rf"\b(?:{joined['en']})\b|[{signs}]", re.IGNORECASE),
        "zh": re.compile(rf"{joined['zh']}|[{signs}]", re.IGNORECASE),
    }


FIGURE = _patterns(_FIGURES, signs=_SIGNS)
FIGURE_OR_STATE = _patterns(_FIGURES, _STATES, signs=_SIGNS)
LINK = re.compile(
    r"\w+:/|\b(?:mailto|tel|sms|javascript|data|tg|slack|weixin):\S|www\.|[\w-]\.[^\W\d_]{2,}"
    r"|(?a:[\w-]。[a-z]{2,}\b)|\bdot (?:com|net|org|cn|io|me)\b|@\w|[<>]",
    re.IGNORECASE,
)
MARKUP = re.compile(r"[\[\]`*_~|\\^#$€£¥%‰]|&#?\w+;")

_WEIGHT = _patterns(_WEIGHTY, signs=_MARKS)
# Just before and just after a negation, and where one is looked for before a weighty word; never beyond a clause.
_AROUND = {
    "en": [re.compile(pattern) for pattern in (r"[\w'-]+ $", r" [\w'-]+", r"(?:[\w'-]+ ){1,3}$")],
    "zh": [re.compile(pattern) for pattern in (r".$", r".{1,2}", r"\w{1,4}$")],
}
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_CAPITAL = re.compile(r"\b[A-Z][\w'-]*")
_BEGINS = re.compile(r"(?:^|[.!?:…])[\s“\"'(]*$|[“\"(]$")  # what stands before the first word of a sentence


def plain(text: str) -> str:
    """Letters as they look: half width, without accents, with one kind of apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def foreign_letter(text: str) -> str:
    """The first letter of plain `text` that is neither Latin nor Chinese: it may look like ours and hide a word."""
    letters = (character for character in text if character.isalpha() and not character.isascii())
    return next((letter for letter in letters if not unicodedata.name(letter, "").startswith("CJK")), "")


def weights(text: str, language: str) -> frozenset[str]:
    """The weighty words of plain `text`, each with whether it is negated, and the negations with what is around them.

    In English also Chinese characters, and names: words with a capital where no sentence begins.
    """
    negation, around = _NEGATION[language], _AROUND[language]
    found = set()
    for hit in negation.finditer(text):
        before, after = around[0].search(text[: hit.start()]), around[1].match(text[hit.end() :])
        found.add((before[0] if before else "") + hit.group() + (after[0] if after else ""))
    for hit in _WEIGHT[language].finditer(text):
        near = around[2].search(text[: hit.start()])
        found.add(("not " if near and negation.search(near[0]) else "") + hit.group())
    if language == "en":
        found.update(_CHINESE.findall(text))
        inner = (hit for hit in _CAPITAL.finditer(text) if not _BEGINS.search(text[: hit.start()]))
        found.update(hit.group() for hit in inner if not re.match(r"I\b|OK\b", hit.group()))
    return frozenset(one.lower() for one in found)
