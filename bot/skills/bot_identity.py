"""What the assistant is, what it can do, which languages it speaks, what it keeps: from the list of skills itself."""

import re
from collections.abc import Sequence

from bot.commerce import Shop
from bot.facts import Act, Many, Term
from bot.skill import Outcome, Request, Skill

SPOKEN = ("en", "zh")
_UNSAID = frozenset({"greeting", "thanks_bye", "feedback"})  # nothing that anybody comes for
_ASKED = {
    "languages": r"\b(?:languages?|speak|understand)\b.{0,24}\b(?:english|chinese|german|french|spanish|italian|polish"
                 r"|dutch|languages?|\w+ish|[a-z]+ese)\b"
                 r"|\bdo (?:you|u) (?:speak|understand) (?!what|me|that|my|this|the|it)"
                 r"\w+|\b(?:which|what|how many|other) languages?\b|什[么麼][语語]言"
                 r"|(?:[说說讲講懂会會支][持]?).{0,6}(?:英文|英[语語]|中文|[粤粵][语語]|[语語]言|[双雙][语語]|方言|普通[话話])",
    "stored": r"\b(?:stor(?:e|ed|ing)|sav(?:e|ed|ing)|keep|kept|record(?:ed)?|remember|encrypted|private|privacy|secure"
              r"|confidential|delete this|read(?:ing)? (?:this|along))\b|[记記][录錄]|保[存留]|[隐隱]私|泄露|洩露"
              r"|安全[吗嗎]|[记記]得|[监監]控|存[储儲多]|[删刪]",
    "machine": r"\b(?:robots?|bots?|machines?|human|real person|a person|people|ai|chat ?gpt|computer|automat\w+|alive"
               r"|feelings?|who (?:are|am|made)|your name)\b|真人|机器|機器|人工|[谁誰]|智能|自[动動]|AI|是人|程序"
               r"|客服[吗嗎]|名字|小姐姐|deepseek",
}  # fmt: skip
_COMPILED = {topic: re.compile(pattern, re.IGNORECASE) for topic, pattern in _ASKED.items()}


def asked(text: str) -> str:
    """What is asked about the assistant: "languages", "stored", "machine", or "can"."""
    return next((topic for topic, pattern in _COMPILED.items() if pattern.search(text)), "can")


def of(skills: Sequence[Skill]) -> Skill:
    """The skill that tells of these."""
    tasks = list(dict.fromkeys(intent for skill in skills for intent in skill.intents[:1] if intent not in _UNSAID))
    acts = {
        "languages": Act("inform:bot/languages", {"languages": Many(tuple(Term("language", code) for code in SPOKEN))}),
        "stored": Act("inform:bot/stored"),
        "machine": Act("capabilities"),
        "can": Act("inform:bot/can", {"tasks": Many(tuple(Term("intent", intent) for intent in tasks))}, "warm"),
    }

    async def run(shop: Shop, request: Request) -> Outcome:
        return Outcome(acts[asked(request.slots.get("said", request.text))])

    spoken = tuple(act.name for act in acts.values())
    return Skill(name="bot_identity", intents=("bot_identity",), run=run, acts=spoken, slots=("said",))
