"""Words that call for a person at once, and words of anger. Pure, per language; beside the model, never instead of it.

The lists err towards a person: a false alarm costs a colleague a minute, a missed one may cost much more.
"""

import re

# reason code → what in a message raises it
_ALARMS = {
    "injury": (
        r"\b(?:injur(?:y|ed|ies)|(?:hurt|burn(?:t|ed|s)?) (?:my|me|him|her|our)|bleeding|hospital"
        r"|ambulance|chok(?:ed|ing)|swallowed|electrocut\w*|electric shock|allergic reaction|poison\w*)\b"
        r"|受[伤傷]|[烫燙][伤傷]|流血|住院|送[医醫]院|急[诊診]|[触觸][电電]|[过過]敏了|中毒"
        r"|吞了|[误誤]吞|噎"
    ),
    "fire": (
        r"\b(?:caught fire|on fire|in flames|exploded|explosion|smoke (?:came|coming)|smoking battery|started smoking"
        r"|melted)\b"
        r"|着火|著火|起火|冒[烟煙]|爆炸|自燃|[烧燒]起[来來]|[烧燒][着著]"
    ),
    "fraud": (
        r"\b(?:fraud\w*|stolen (?:card|identity)|identity theft|hacked|chargeback"
        r"|unauthori[sz]ed (?:order|payment|charge|transaction)"
        r"|someone (?:else )?(?:used|ordered (?:on|with)|logged in))\b"
        r"|[盗盜]刷|被[盗盜]|[诈詐][骗騙]|被黑|冒用"
    ),
    "legal": (
        r"\b(?:lawyer|solicitor|attorney|sue you|suing|legal action|take (?:you|this) to court|small claims"
        r"|trading standards|ombudsman|consumer protection|police|gdpr complaint)\b"
        r"|律[师師]|起[诉訴]|法院|法律途[径徑]|打官司|12315|消[协協]|消[费費]者(?:保[护護]|[协協][会會])"
        r"|工商局|找工商|[报報]警"
    ),
    "press": (
        r"\b(?:journalist|reporter|newspaper|the press|the media|(?:go|going|put (?:you|this|it)) on tv)\b"
        r"|[记記]者|媒[体體]曝光|曝光你|上新[闻聞]|找媒[体體]"
    ),
    "threat": (
        r"\b(?:i(?:['’]ll| will| am going to)"
        r" (?:come (?:for|after|and (?:find|get|hurt))|find (?:you|where)|hurt|kill|smash|burn)"
        r"|kill (?:you|myself)|(?<!bath )bomb)\b"
        r"|弄死|[杀殺]了|砸了你|炸了你|不想活|自[杀殺]"
    ),
}
_ANGER = (
    r"\b(?:ridiculous|disgrace\w*|disgusting|pathetic|useless|joke of a|rip[- ]?off|scam\w*|terrible service|worst"
    r"|appalling|furious|fed up|sick of|wtf|ffs|bullshit|crap|damn|fuck\w*|shit\w*|idiots?|liars?|unacceptable"
    r"|outrageous)\b|垃圾(?!桶|袋)|[骗騙]子|坑人|[气氣]死|差[劲勁]|太差|什[么麼]破|滚(?!筒|轮|动)"
    r"|(?:^|[\s,.!?，。！？他你])[妈媽]的|他[妈媽](?![妈媽的])|傻[逼比叉]"
    r"|[无無][语語]|受[够夠]|[离離][谱譜]|忽悠|[恶噁]心|差[评評]|投[诉訴]你"
)
# ASCII: a word of English ends where Chinese begins
_COMPILED = {reason: re.compile(pattern, re.IGNORECASE | re.ASCII) for reason, pattern in _ALARMS.items()}
_ANGRY = re.compile(_ANGER, re.IGNORECASE | re.ASCII)
_FORGET = re.compile(  # asked for, not asked about: "did you forget me?" and "don't forget me" want the opposite
    r"(?:^|[.!,;])\s{0,2}(?:(?:please|now|and|then|ok|just|(?:can|could|would|will) you|i want you to)\s{1,2}){0,3}"
    r"forget (?:who i am|about me|me|my (?:identity|details|login))\b"
    r"|\b(?:log|sign) me out\b"
    r"|(?:^|[，。！,.!\s请請你您])(?:忘[记記掉]我|把我忘[记記掉]?)(?:$|[了吧\s，。！,.!]|的(?:身份|[资資]料|信息))"
    r"|^[请請]?(?:我要|[帮幫]我)?(?:退出登[录錄]|登出)[吧\s，。！,.!]*$|清除我的身份|不要[记記]住我",
    re.IGNORECASE | re.ASCII,
)
_ASKED = re.compile(r"[吗嗎]|是不是|[没沒]有|怎[么麼样樣]")


def alarm(text: str) -> str:
    """The reason a person must come at once, "" if none."""
    return next((reason for reason, pattern in _COMPILED.items() if pattern.search(text)), "")


def angry(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    shouting = len(letters) > 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters) and "!" in text
    return shouting or bool(_ANGRY.search(text))


def wants_forgetting(text: str) -> bool:
    """ "Forget who I am": the proof of identity is dropped."""
    return bool(_FORGET.search(text)) and not _ASKED.search(text)
