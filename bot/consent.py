"""Whether a whole message says yes, or no. Pure; beside the model, never instead of it.

A write needs an explicit yes to what was shown. So a yes is read strictly, piece by piece: every word of the message
must be one of assent, of politeness, or the shown task's own name. Anything else is no yes: the shopper is asked again.
"""

import re
import unicodedata

# A word that may take a yes back, ask something, put it off or doubt.
_BRAKE = re.compile(
    r"\b(?:no|not|nope|nah|never|none|\w+n't|dont|wont|cannot|wait|stop|hold on|hang on|instead|but|actually|except"
    r"|unless|cancel that|never ?mind|later|maybe|perhaps|if|other|another|rather|wrong|mistake|sorry|oops|before|after"
    r"|only|just|how|what|why|when|which|who|where|refuse|decline|abort|undo|think|thought|guess|unsure|hm+|um+|uh+"
    r"|correct (?:it|that|this|them|those|the|my)|do (?:i|you|we|they)|(?<!thank )you (?:sure|ok|okay|confirm)"
    r"|(?:can|may|could|would|will|shall|should|is|are) (?:i|you|we|it|that|this|they))\b"
    r"|^\W*(?:please|pls|plz) confirm|[?]|\.\."
    r"|不|别|別|等|先(?!生)|但|改成|改[为為]|[换換]|[还還]是|算了|(?<![没沒])[错錯]|[没沒]有|另|如果|要是|[吗嗎]"
    r"|(?<![这這那])[么麼]|什[么麼]|怎|多少|哪|[好行对對]了|(?:是|可以|对|對)吧|[你您][们們]?[确確]|^\W*[请請][确確]",
    re.IGNORECASE | re.ASCII,
)
_END = r"(?![\w'])"  # of an English word
_YES = (
    r"(?:y(?:e+s+|e+p+|u+p+|e+a+h*|a+h*)?|o+k+(?:a+y+|e+y+|ie)?|k|sure(?: thing)?|(?:for|i'?m|i am) sure|of course"
    r"|certainly|absolutely|definitely|exactly|agreed|i agree|perfect|great|good|fine(?: (?:by|with) me)?|correct"
    r"|right(?! now)|al(?:l )?right|all good|(?:i )?confirm(?:ed)?(?: (?:it|that|this))?"
    r"|please do(?: (?:it|that|this|so))?|do (?:it|that|this|so)|go (?:right )?ahead|go for it|go on|proceed"
    r"|by all means|happy (?:with (?:it|that|this)|to (?:go ahead|proceed))|i'?m happy with (?:it|that|this)"
    r"|make it so"
    r"|let'?s do (?:it|that|this)|sounds (?:good|great|right|fine)"
    r"|(?:that|it|this)(?:'?s| is| looks) (?:right|fine|ok|okay|correct|good|perfect)"
    rf"|that works|works for me|i(?:'d| would) like (?:to|that)|i do|i would|i want (?:to|that)){_END}"
    r"|是[的啊呀]?|[对對][的啊呀]?|好[的呀吧啊嘞滴哒哦噢好]*|可以[的啊呀]?|行[的吧啊呀]?|[没沒](?:问题|問題|错|錯)"
    r"|我?[确確][认認定]|嗯+|恩+|就[这這][样樣]吧?|就[这這][么麼][办辦定]吧?|我?同意|我?要的?|[办辦]吧|[办辦]理吧?"
    r"|就按[这這][个個样樣]?[办辦来來]吧?|就[这這][么麼]定了?吧?|[没沒]意[见見]"
    r"|[当當]然(?:可以)?|正[确確]|[👍👌✅✔☑🆗💯]"
)
_BESIDE = (
    r"(?:please|pl[sz]+|thanks(?: a lot| (?:so|very) much)?|thank you(?: (?:so|very) much)?|many thanks|thx|ty|cheers"
    rf"|then|now|for me|you (?:can|may)|and(?= \S)|so(?= \S)|oh|ah|hi|hello|hey){_END}"
    r"|[谢謝]+[你您啦了]?|多[谢謝]|感[谢謝]|[请請]|麻[烦煩][你您]?了?|拜[托託]了?|辛苦了?|[帮幫给給]我"
    r"|那|就|都|吧|的|了|啦|哈+|呢|哦|噢|啊|呀|亲|親|先生"
    r"|[\s,.!。、~\"“”'-]+|[🙂😊😀😃😄😁😉🥰🙏💪🙌👏❤♥✨🎉\ufe0f\U0001f3fb-\U0001f3ff]"
)
_IT = r"(?:it|this|that|them|these|those|(?:the|my|this|that|whole|the whole) (?:order|items?|thing))"
_ORDER = r"(?:[这這那][个個]?|该|我的)?(?:订单|訂單|[单單]子?)"
# said to these verbs, a word of theirs takes nothing back
_OWN_WORDS = dict.fromkeys(("exchange", "change_items"), re.compile(r"[换換]"))
# verb of a write → its own name beside a yes, and where that is a yes itself ("cancel" alone might mean: leave it)
_TASKS = {
    "cancel": (
        rf"(?:to )?(?:cancel(?: {_IT})?|refund (?:me|it|them)){_END}|(?:取消|退款)掉?(?:{_ORDER})?|把?{_ORDER}取消掉?",
        rf"cancel (?:it|(?:the|my|this|that|the whole) order){_END}|取消[掉了]?吧|取消掉?{_ORDER}|退了?吧|退款吧",
    ),
    "return": (
        rf"(?:to )?(?:return(?: {_IT})?|send {_IT} back|send back {_IT}|refund (?:me|it|them)){_END}"
        rf"|退[货貨款]?(?:{_ORDER})?",
        rf"(?:return {_IT}|send back {_IT}|send {_IT} back){_END}|退了?吧|退[货貨款]吧?",
    ),
    "change_address": (
        rf"(?:to )?(?:change|update)(?: it| (?:the|my|that) (?:delivery |shipping )?address)?{_END}"
        rf"|(?:use|ship it to|send it to) (?:that|this|the new) (?:one|address){_END}"
        r"|改(?:地址|到[这這][里裡])?|[这這][个個]地址",
        r"改(?:地址)?吧|就改到?[这這][个個]?地址",
    ),
    "change_items": (
        rf"(?:to )?(?:change|swap|update)(?: (?:it|that|this|them))?{_END}|改单?|[换換]",
        rf"(?:change|swap|update) (?:it|that|this|them){_END}|就?[改换換]吧|就[这這][么麼样樣][改换換]吧?",
    ),
    "exchange": (
        rf"(?:to )?(?:exchange|swap)(?: {_IT})?{_END}|[换換][货貨]?(?:{_ORDER})?",
        rf"(?:exchange|swap) {_IT}{_END}|(?:就|[帮幫]我|那就)?[换換](?:了|[货貨])?吧",
    ),
    "price_match": (
        rf"(?:to )?refund (?:me|it|that|the difference){_END}|退?差[价價]|退款", r"退(?:差[价價]|款|了)?吧"
    ),
    "refund": (rf"(?:to )?refund (?:me|it|that){_END}|退款?", r"退(?:款|了)?吧"),
}  # fmt: skip


def _pieces(beside: str = "", alone: str = "") -> re.Pattern[str]:
    yes, task = "|".join(filter(None, (alone, _YES))), "|".join(filter(None, (beside, _BESIDE)))
    return re.compile(rf"(?P<said>{yes})|(?:{task})", re.IGNORECASE | re.ASCII)


_ANY_YES = _pieces()
_YES_TO = {verb: _pieces(*words) for verb, words in _TASKS.items()}
_NO = re.compile(
    rf"(?P<said>(?:no need|no+|nope|nah|n|not now|(?:please )?don'?t){_END}|不[用要是行对對了]?了?|别|別|否|算了)"
    rf"|(?:thank you|thanks?|please|wait|stop|sorry){_END}|[谢謝]+|等等|等一下|[\s,.!。~]+",
    re.IGNORECASE | re.ASCII,
)


def explicit_yes(text: str, verb: str = "") -> bool:
    """Whether the whole message says yes and nothing else.

    `verb`: the write that was shown. Its name may stand beside a yes ("ok, cancel it"); the name of another may not.
    """
    own = _OWN_WORDS.get(verb)
    return not brakes(own.sub("", text) if own else text) and _says_only(text, _YES_TO.get(verb, _ANY_YES))


_THANKS = re.compile(r"\b(?:thank|thx|ty|cheers)|[谢謝]", re.IGNORECASE)


def assents(text: str) -> bool:
    """Whether the whole message is a yes that thanks for nothing."""
    return explicit_yes(text) and not _THANKS.search(text)


def plain_no(text: str) -> bool:
    """Whether the whole message is a no."""
    return _says_only(text, _NO)


_NO_THANKS = re.compile(
    r"\W*(?:no+|nope|nah)\W+(?:thanks?|thank you|thx|ta)\b(?: very much| so much| anyway)?\W*"
    r"|\W*(?:不(?:用|需要|必|要)?了?[\W]*[谢謝]{1,2}[您你]?|[谢謝]{1,2}[您你]?[\W]*不(?:用|需要|必|要)了?)[了啦]?\W*",
    re.IGNORECASE,
)


def thanks_no(text: str) -> bool:
    """ "No thanks", 不用了谢谢, and nothing else: an offer is declined, nothing is asked for."""
    return bool(_NO_THANKS.fullmatch(text))


def brakes(text: str) -> bool:
    """Whether the message holds a word that may take a yes back."""
    return bool(_BRAKE.search(_typed(text)))


def _says_only(text: str, pieces: re.Pattern[str]) -> bool:
    """Whether the text is made of these pieces alone, one "said" among them."""
    typed, place, said = _typed(text), 0, False
    while place < len(typed):
        piece = pieces.match(typed, place)
        if piece is None:
            return False
        said, place = said or piece.lastgroup == "said", piece.end()
    return said


def _typed(text: str) -> str:
    """Full-width and typographic characters as a keyboard writes them."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").strip()
