"""What staff read of a write that they decide on, and what becomes of it when nobody decides. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.conversation import Confirmation, Conversation, Status, Utterance
from bot.decision import HandoffRequest, Limits, Offer, Speak
from bot.desk_posts import Terms
from bot.facts import Act, Fact, Money, Term
from bot.skill import Outcome
from bot.summary import talk

HUMAN = Offer(Term("button", "human"), "human")
SHOWN = (
    "order", "items", "item", "old", "new", "address", "code", "day", "note", "title", "tax_id", "email", "amount",
    "method", "fee", "due", "carrier", "by", "first", "last",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom a write is for, as the shop has him on file."""

    name: str
    email: str


def card(
    write: Confirmation, buyer: Buyer | None, conversation: Conversation, history: Sequence[Utterance], said: str,
    limits: Limits, terms: Terms, say: Callable[[Fact], str], by: str = "", pressing: Sequence[str] = (),
) -> str:  # fmt: skip
    """The facts of the write and the rule by which staff decide, in their language; `say` writes a fact in it.

    `by`: who of staff asked for it. `pressing`: lines of bot/background.py.
    """
    labels, summary = terms.get("approval", {}), terms.get("summary", {})
    proved = summary.get("verified" if conversation.proof else "not_verified", "")
    who = ", ".join(filter(None, [buyer.name, buyer.email] if buyer else [conversation.name]))
    facts = {name: say(write.act.facts[name]) for name in SHOWN if name in write.act.facts}
    if len(parts := write.arguments.get("refunds") or ()) > 1 and write.moved:
        facts["method"] = ", ".join(_share(part, write.moved.currency, say) for part in parts)
    rows = [("verb", deed(write, terms)), ("customer", ", ".join(filter(None, [who, proved]))), *facts.items()]
    lines = [f"{labels.get(name, name)}: {value}" for name, value in rows if value]
    lines += [f"{labels.get('by_staff', 'by')}: {by}"] if by else []
    lines += [f"{summary.get('rule', 'rule')}: {rule(write, limits, terms, say)}"] if write.needs_approval else []
    if conversation.anger:
        lines.append(f"{summary.get('mood', 'mood')}: {summary.get('angry', 'angry')}")
    return "\n".join([*lines, *pressing, *talk(history, said)])


def deed(write: Confirmation, terms: Terms) -> str:
    """What would be done, in a few words."""
    words = terms.get("verb", {})
    return words.get(f"{write.verb}_{write.act.name.partition('/')[2]}") or words.get(write.verb, write.verb)


def rule(write: Confirmation, limits: Limits, terms: Terms, say: Callable[[Fact], str]) -> str:
    """Why staff are asked."""
    key = "amounts" if write.needs_approval == "amount" and write.lately else write.needs_approval
    words, moved = terms.get("rule", {}).get(key, key), write.moved
    limit = limits.limit(moved.currency) if moved and write.needs_approval == "amount" else None
    if not (moved and limit):
        return words
    return f"{words} ({say(Money(moved.minor + write.lately, moved.currency))} > {say(limit)})"


def _share(part: dict[str, object], currency: str, say: Callable[[Fact], str]) -> str:
    method = "new_gift_card" if part.get("renewed") else str(part["method"])
    return f"{say(Term('method', method))} {say(Money(int(str(part['minor'])), currency))}"


def without(conversation: Conversation, handoff_id: str) -> Conversation:
    """The conversation once this is decided, or over."""
    left = tuple(note for note in conversation.approvals if note.id != handoff_id)
    return replace(conversation, approvals=left)


def cases(pending: Confirmation, outcome: Outcome, reason: str) -> tuple[HandoffRequest, ...]:
    """What staff's yes gives them to do; what a rule left to them is settled by it. `reason`: of the skill's cases."""
    asked = (outcome.handoff,) if outcome.handoff else ()
    if outcome.act.family == "done" and reason and pending.needs_approval != "rule":
        return (*asked, HandoffRequest(reason, pending, "case", pending.act.facts))
    return asked


def expired(conversation: Conversation, handoff_id: str, task: str) -> Speak:
    """Nobody has decided in time: nothing is written, and the shopper hears what he can do. `task`: an intent."""
    act = Act("approval/expired", {"task": Term("intent", task)}, "apologetic")
    offers = (HUMAN,) if conversation.status in (Status.BOT, Status.CLOSED) else ()
    return Speak("say", without(conversation, handoff_id), (act,), offers)
