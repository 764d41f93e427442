"""Which language the shopper is answered in, and the one line for those that are not spoken here."""

from bot import slots
from bot.decision import Decision, Offer
from bot.facts import Act, Term
from bot.flows import TurnState

SHORT_TEXT = 6  # letters below which a language is a guess
# Common characters that only simplified script writes so: "好的" alone does not say which script it is.
_SIMPLIFIED = frozenset("们这个来对时说会没还为过发经进动问间关订单货邮编号码请换买卖钱东车见让认识谢样应该给红蓝绿迟")
_TELLING = 6  # Latin letters, or two Chinese characters: below, a message tells too little to go by ("ok", "M")


def language(t: TurnState) -> str:
    """What the shopper is answered in: a few letters do not change it, nor does Chinese that fits both scripts."""
    text, known, heard = slots.without_values(t.event.text), t.conversation.language, t.understanding.language
    if t.understanding.failure:
        heard = "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"
    if heard.split("-")[0] not in t.limits.spoken:
        return known or t.limits.spoken[0]
    if known == "zh-Hant" and heard == "zh" and not _SIMPLIFIED & set(text):
        return known
    return heard if not known or tells(text) else known


def tells(text: str) -> bool:
    """Whether there is enough of it to go by: a Chinese character counts as much as three Latin letters."""
    return sum(3 if character > "\u2e80" else 1 for character in text if character.isalpha()) >= _TELLING


def third_language(t: TurnState) -> bool:
    base = t.understanding.language.split("-")[0]
    return base not in t.limits.spoken and sum(map(str.isalpha, t.event.text)) >= SHORT_TEXT


def other_language(t: TurnState) -> Decision:
    """One written line in the shopper's language says what the first line says to others."""
    t.change(introduced=True)
    t.say(Act(f"other_language/{t.understanding.language}"))
    return t.speak("say", offers=(Offer(Term("button", "english"), "english"), t.human))
