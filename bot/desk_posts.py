"""What is posted to the desks where staff work, in their language. Pure."""

from collections.abc import Mapping, Sequence

from bot.messages import OPENING, Button, DeskPost
from bot.office import APPROVAL_ACTS, PROPOSAL_ACTS
from bot.turn import Sending

Terms = Mapping[str, Mapping[str, str]]  # group → key → word


def desk_word(terms: Terms, key: str) -> str:
    return terms.get("desk", {}).get(key, key.replace("_", " "))


def approval_acts(reason: str) -> tuple[str, ...]:
    """What can be done with an approval, by its reason."""
    return PROPOSAL_ACTS.get(reason, APPROVAL_ACTS)


def opening(handoff_id: str, kind: str, reason: str, summary: str, who: str, terms: Terms) -> DeskPost:
    """The post that opens a handoff's thread on a desk; `who` is the shopper, as far as he is known."""
    kinds = {"approval": approval_acts(reason), "case": ("claim", "close")}
    acts = kinds.get(kind, ("claim", "back", "close"))
    title = f"{who} · {terms.get('handoff', {}).get(reason, reason)}"
    buttons = tuple(Button(terms.get("desk", {}).get(act, act.capitalize()), act) for act in acts)
    text = f"{summary}\n{desk_word(terms, 'how_note')}"
    return DeskPost(handoff_id, "approval" if kind == "approval" else "opened", text, buttons=buttons, title=title)


def suggested(text: str, suggestion: str, terms: Terms) -> str:
    """What a desk is told, over what the bot would have answered, marked as that."""
    return f"{text}\n\n{desk_word(terms, 'suggestion')}\n{suggestion}" if suggestion else text


def decided(handoff_id: str, status: str, terms: Terms, closing: str = "") -> DeskPost:
    """The end of a handoff, for the desk."""
    why = terms.get("closing", {}).get(closing, closing)
    return DeskPost(handoff_id, "ended", f"{desk_word(terms, f'ended_{status}')} {f'({why})' if why else ''}".strip())


def noted(handoff_id: str, staff: str, text: str) -> DeskPost:
    """What a colleague wrote for staff alone."""
    return DeskPost(handoff_id, "note", f"{staff}: {text}")


def no_colleague(handoff_id: str, name: str, terms: Terms) -> DeskPost:
    """It cannot be handed to somebody without an account."""
    return DeskPost(handoff_id, "note", f"{desk_word(terms, 'no_colleague')} {name}")


def not_done(handoff_id: str, terms: Terms) -> DeskPost:
    """An act of staff that failed again and again."""
    return DeskPost(handoff_id, "note", desk_word(terms, "not_done"))


def unseen(reason: str, terms: Terms) -> str:
    """For staff in the console: a desk could not show what they read there."""
    return f"{desk_word(terms, 'unseen')} {reason}"


def to_sendings(posts: Sequence[DeskPost], desks: Sequence[str], part: str) -> tuple[Sending, ...]:
    """One outbox row per desk; an opening or an end is sent once per handoff, whatever is replayed."""
    return tuple(
        Sending(
            post.kind,
            post,
            desk=desk,
            handoff_id=post.handoff_id,
            part="" if post.kind in OPENING else f":{part}:{place}",
        )
        for place, post in enumerate(posts)
        for desk in desks
    )
