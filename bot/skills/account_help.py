"""Login, mails, own data, contact data: what the shop can do at once is done, the rest goes to people with the facts.

Nobody but a person changes a login e-mail or phone number, gives out personal data or deletes an account.
"""

import re

from bot.commerce import Shop
from bot.conversation import Option
from bot.decision import HandoffRequest
from bot.facts import Act, Fact, Term, Text
from bot.skill import Outcome, Request, Skill
from bot.skills import address_book
from bot.skills.contact_data import PARTS
from bot.skills.mailbox import masked

TOPICS = ("login", "mails", "address", "contact", "data", "other")
# read in this order: what comes first is meant, whatever else is there
_TOPICS = {
    "mails": r"unsubscrib\w*|opt(?:ing)?[ -]out|newsletters?|mailing list|marketing|promotional|promos?|spam\w*|adverts?|ads"
             r"|stop (?:sending|e-?mailing|texting|mailing)|push notifications?"
             r"|退订|退訂|取消订阅|广告|廣告|推[送广廣]|营销|營銷|垃圾(?:短信|邮件)|(?:[别別]|不要)再?[给給]?我?.{0,4}(?:[发發寄]|推送)|電子報|电子报",
    "deletion": r"(?:delete|deleting|close|closing|remove|erase|cancel|get rid of|wipe)\b.{0,24}"
                r"\b(?:account|profile|data|details|everything|information|membership)|forget everything"
                r"|[注註][销銷]|[销銷][户戶号號]|[删刪][除掉]?.{0,6}(?:账|帳|号|號|[资資]料|[数數][据據]|信息)|退[会會]",
    "data": r"(?:copy|download|export|access|what|which|send me|see)\b.{0,24}\b(?:my|personal)\b.{0,12}\b(?:data|information)"
            r"|(?:data|information|details) (?:do )?you (?:have|hold|store|keep|know)\b.{0,16}\bme|subject access|gdpr"
            r"|(?:[导導]出|下[载載]|副本|有哪些|哪些).{0,8}(?:[数數][据據]|[资資]料|个人信息)|(?:[数數][据據]|[资資]料|个人信息).{0,8}(?:[导導]出|副本|[给給]我一份)",
    "address": address_book.BOOK,
    "contact": r"(?:chang|updat|replac|switch|correct|edit|new|old|different|wrong|another|add)\w*\b.{0,30}"
               r"\b(?:e-?mail|phone|mobile|cell|number)\b|\b(?:e-?mail|phone|mobile|number)\b.{0,24}\b(?:chang|wrong|old|dead|out of date|no longer)\w*"
               r"|(?:[换換改]|更[换換新]|[绑綁]定?|解[绑綁]).{0,8}(?:手机|手機|[邮郵]箱|[号號][码碼]|[电電][话話])"
               r"|(?:手机|手機|[邮郵]箱|[电電][话話]).{0,10}(?:[换換]了|[换換]成|改成|不用了|[废廢]了|停用|丢了)|[换換][号號]",
    "stuck": r"no (?:longer )?access|(?:can['’]?t|cannot|don['’]?t|doesn['’]?t|not|never|isn['’]?t|won['’]?t)\b.{0,28}"
             r"\b(?:receiv\w*|get|getting|arriv\w*|com(?:e|ing)|work\w*)\b.{0,24}"
             r"|\b(?:code|link|otp)\b.{0,40}\b(?:not|never|expired?|wrong|broken|doesn['’]?t|dead)"
             r"|收不到|[没沒]收到|打不[开開]|不好使|失效|[过過]期|一直.{0,6}(?:失[败敗]|[转轉]圈)|人[脸臉]",
    "login": r"log(?:ged|ging)?[ -]?(?:in|on|out)|sign(?:ed|ing)?[ -]?(?:in|on|up)|passw\w*|pasword|pin|locked|lock|reset|verif\w*|captcha"
             r"|get in(?:to)?|(?:登[录錄陆入上]|密[码碼]|[验驗][证證][码碼]|[锁鎖]|[进進]不去|忘了)",
}  # fmt: skip
_COMPILED = {
    topic: re.compile(rf"(?<![A-Za-z])(?:{pattern})", re.IGNORECASE) for topic, pattern in _TOPICS.items()
}
_REACHED = ("mails", "deletion", "data")  # the e-mail of the account has to be known for these


def topic_of(text: str) -> str:
    """What an account is spoken of for, "" when the words do not tell."""
    return next((topic for topic, pattern in _COMPILED.items() if pattern.search(text)), "")


async def run(shop: Shop, request: Request) -> Outcome:
    answered = request.slots.get("topic", "")
    topic = answered if answered in (*TOPICS, *_TOPICS) else topic_of(answered or request.slots.get("said", ""))
    if not topic and not answered:
        options = tuple(Option(request.say(Term("account", key)), key) for key in TOPICS)
        return Outcome(Act("ask:topic"), slot="topic", options=options)
    settled = {"topic": topic or "other"}
    if topic == "login":
        return Outcome(Act("inform:account/reset", {"url": Text(await shop.page("reset"))}), slots=settled)
    if topic == "address":
        return Outcome(Act(f"pass:{address_book.SKILL}"), slots=settled)
    email = request.slots.get("email", "")
    if topic in _REACHED and not email:
        account = await shop.account(request.proof) if request.proof else None
        if account is None:
            return Outcome(Act("ask:email"), slot="email", slots=settled)
        email = account.email
    return _collected(topic, email, request, settled)


def _collected(topic: str, email: str, request: Request, settled: dict[str, str]) -> Outcome:
    """What people do: mails are taken off the list beside the conversation, for the rest a person comes."""
    wish = request.slots.get("said") or request.slots.get("topic", "")
    collected: dict[str, Fact] = {"wish": Text(wish)} | ({"email": Text(email)} if email else {})
    if topic == "mails":
        case = HandoffRequest("unsubscribe", facts=collected, kind="case")
        return Outcome(Act("done:unsubscribe", {"email": Text(masked(email))}), slots=settled, handoff=case)
    reason = {"deletion": "deletion", "data": "own_data", "contact": "contact_data"}.get(topic, "account")
    act = "inform:account/data" if topic in _REACHED else "inform:account/person"
    return Outcome(Act(act), slots=settled, handoff=HandoffRequest(reason, facts=collected))


SKILL = Skill(
    name="account_help",
    intents=("account_help",),
    run=run,
    acts=("ask:topic", "ask:email", "inform:account/reset", "inform:account/data", "inform:account/person", "done:unsubscribe"),
    slots=("email", "said", *PARTS),
)
