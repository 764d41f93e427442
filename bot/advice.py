"""Words that ask for advice so plainly that the model need not say so: comparing, and what may count in it. Pure.

English and Chinese, simplified and traditional.
"""

import re
from collections.abc import Sequence

from bot.conversation import SlotSpan
from bot.shopping import names


def _compiled(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_COMPARES = _compiled(
    r"\b(?:compar\w+|versus|vs|differ\w*|better|best|which (?:one|of))\b",
    r"比[较較一]|[对對]比|[区區][别別]|不同|哪[个個款一种種件双雙]|[还還]是.{1,20}好|差[别別]|相比|更好",
)
_HISTORY = (
    r"(?:(?:purchase|order|buying|shopping) (?:history|data)|what i(?:['’]ve| have)? (?:bought|ordered)"
    r"|my (?:(?:past|previous|earlier) )?(?:purchases|orders)|personali[sz]\w+)"
)
_HISTORY_ZH = (
    r"(?:(?:[购購][买買]|下[单單]|[订訂][单單]|消[费費]|[历歷]史)[^，。]{0,4}(?:[记記紀][录錄]|[数數][据據]|[历歷]史|[订訂][单單])"
    r"|[买買][过過]的(?:[东東]西|商品)?|[个個](?:性|人)化)"
)
_ABOUT_ADVICE = _compiled(
    r"\b(?:suggest|recommend|advi[cs]e|personali|offer)\w*", r"推[荐薦]|建[议議]|[个個](?:性|人)化"
)
_OFF = _compiled(
    r"\b(?:not|don['’]?t|stop|never|no|without|disable|turn off|switch off|opt(?:ing)? out of)\b"
    rf"[^.?!]{{0,50}}?{_HISTORY}",
    rf"(?:不要|[别別]|不想|不用|停止|[关關][闭閉掉]?|取消|禁止)[^，。]{{0,8}}{_HISTORY_ZH}",
    rf"{_HISTORY_ZH}[^，。]{{0,6}}(?:不要|[别別]|不[许許准準能])",
)
_ON = _compiled(
    rf"\b(?:you (?:can|may)|do|please|turn on|switch on|enable|start)\b[^.?!]{{0,40}}?{_HISTORY}",
    rf"(?:可以|恢[复復]|重新|[开開][启啟]?|[继繼][续續])[^，。]{{0,8}}{_HISTORY_ZH}",
)


def compares(text: str, spans: Sequence[SlotSpan]) -> bool:
    """ "Which is better, A or B": several products are named, and set against each other."""
    return bool(_COMPARES.search(text)) and len(names(spans, text)) > 1


_MORE = _compiled(
    r"\W*(?:(?:and|ok|no|hmm|please|show me|have you|do you have|got|any|some|anything|something|what) )*"
    r"(?:else|others?(?: ones| options| ideas)?|more(?: options| ideas| suggestions)?|different ones?|another one)"
    r"(?: please| then)?\W*",
    r"\W*(?:再|[还還]有|有[没沒]有|能不能|[给給]我)*"
    r"(?:[换換]一?[批个個组組款种種些]|[换換][几幾][个個款种種]|[别別]的|其[他它]的?|再[推來来]\w{0,4})"
    r"[吗嗎吧呢么麼看]*\W*",
)


def wants_more(text: str) -> bool:
    """ "Something else", 换一批: other suggestions than those just shown are asked for, and nothing else."""
    return bool(_MORE.fullmatch(text.strip()))


def history_wish(text: str) -> bool | None:
    """Whether suggestions may go by what the shopper bought; None where he says nothing of it."""
    if not _ABOUT_ADVICE.search(text):
        return None
    if _OFF.search(text):
        return False
    return True if _ON.search(text) else None
