"""To a person and back: what a handoff, the shopper and an act of staff change. Pure; results.py stores and says it.

A conversation belongs to the bot, waits for a person, or belongs to a person, who is never talked over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import desk_posts
from bot.conversation import Conversation, HandoffNote, Status
from bot.decision import Offer
from bot.desk_posts import Terms
from bot.facts import Act, Term, Text
from bot.messages import Attachment, Button, DeskPost
from bot.slots import order_numbers
from bot.turn import HandoffChange, TimerChange

UNCLAIMED = "unclaimed"  # the timer of a handoff that nobody has claimed yet
GO_ON = Offer(Term("button", "bot"), "bot")


@dataclass(frozen=True, slots=True)
class Moved:
    """What an event around a handoff changes; `acts` are said to the shopper."""

    conversation: Conversation
    acts: tuple[Act, ...] = ()
    offers: tuple[Offer, ...] = ()
    changes: tuple[HandoffChange, ...] = ()
    posts: tuple[DeskPost, ...] = ()
    timers: tuple[TimerChange, ...] = ()


def joined(first: Moved, second: Moved) -> Moved:
    """Two things that happened in one turn; the second one was made from the first one's conversation."""
    return Moved(
        second.conversation, first.acts + second.acts, first.offers + second.offers, first.changes + second.changes,
        first.posts + second.posts, first.timers + second.timers,
    )  # fmt: skip


def opened(
    conversation: Conversation, change: HandoffChange, now: datetime, wait: timedelta, terms: Terms,
    files: Sequence[Attachment] = (), suggestion: str = "", answers: int = 0, deeds: Sequence[str] = (),
) -> Moved:  # fmt: skip
    """A new handoff: a chat handoff stops the bot, an approval or a case does not. `files`: what the shopper sent.

    `suggestion`, `answers`: as in DeskPost.
    `deeds`: what staff could do about its order (bot/deeds.py).
    """
    subject = change.confirmation.subject if change.confirmation else ""
    note = HandoffNote(change.id, change.reason, change.summary, "waiting", subject)
    who = conversation.name or conversation.address.channel
    told = desk_posts.suggested(change.summary, suggestion, terms)
    post = desk_posts.opening(change.id, change.kind, change.reason, told, who, terms)
    buttons = (*post.buttons, *(Button(desk_posts.desk_word(terms, deed), deed) for deed in deeds))
    kept = tuple(item for item in files if item.digest)
    post = replace(post, buttons=buttons, files=kept, suggestion=suggestion, answers=answers)
    if change.kind == "approval":
        conversation = replace(conversation, approvals=(*conversation.approvals, note))
        return Moved(conversation, changes=(change,), posts=(post,))
    if change.kind == "case":
        conversation = replace(conversation, cases=(*conversation.cases, note))
        return Moved(conversation, changes=(change,), posts=(post,))
    if change.kind == "note":  # there to be read: nobody is called
        return Moved(conversation, changes=(change,))
    conversation = replace(conversation, status=Status.WAITING, handoff=note, acknowledged=False)
    return Moved(
        conversation, changes=(change,), posts=(post,), timers=(TimerChange(UNCLAIMED, change.id, now + wait),)
    )


def relayed(
    conversation: Conversation, text: str, urgent: Act | None = None, files: Sequence[Attachment] = (),
    suggestion: str = "", answers: int = 0,
) -> Moved:  # fmt: skip
    """The shopper writes while a person is awaited or talks: it goes to the desk; acknowledged once per wait.

    `urgent`: what must be said at once while nobody has come, if it has a number to call that was not given before.
    """
    if conversation.handoff is None:
        raise ValueError("no handoff to relay to")
    post = DeskPost(
        conversation.handoff.id, "relay", text, files=tuple(item for item in files if item.digest),
        suggestion=suggestion, answers=answers,
    )  # fmt: skip
    new = urgent and urgent.facts and urgent.name != f"handoff/{conversation.handoff.reason}"
    if conversation.status is Status.WAITING and urgent and new:
        return Moved(conversation, (urgent,), posts=(post,))
    if conversation.status is Status.WAITING and not conversation.acknowledged:
        return Moved(replace(conversation, acknowledged=True), (Act("waiting/ack"),), (GO_ON,), posts=(post,))
    return Moved(conversation, posts=(post,))


def cancelled(conversation: Conversation, terms: Terms) -> Moved:
    """The shopper would rather go on with the bot."""
    return _ended(conversation, "back", (Act("waiting/cancelled", tone="warm"),), Status.BOT, terms)


def claimed(
    conversation: Conversation, handoff_id: str, staff: str, terms: Terms, *, account: str, writes: bool = False
) -> Moved:
    """Exactly one claim wins; writing takes over, also after the handoff was given back.

    `account`: whose it is from now on, `staff` is only what he is called.
    """
    note, case = conversation.handoff, _case(conversation, handoff_id)
    if (writes or case) and note and conversation.status in (Status.WAITING, Status.STAFF):
        handoff_id = note.id  # in whichever thread it was written, the open handoff is meant
    mine = note is not None and note.id == handoff_id
    if mine and note and conversation.status is Status.STAFF:
        if account == note.awaits:
            return Moved(
                replace(conversation, handoff=replace(note, awaits="")),
                acts=(Act("staff/joined", {"name": Text(staff)}),),
                posts=(DeskPost(handoff_id, "note", f"{desk_posts.desk_word(terms, 'taken')} {staff}"),),
            )
        if writes:
            return Moved(conversation)
        return Moved(conversation, posts=(DeskPost(handoff_id, "note", desk_posts.desk_word(terms, "already_taken")),))
    if case and not mine:
        note, mine = case, True
    if not mine and not writes:
        return Moved(
            conversation,
            posts=(DeskPost(handoff_id, "again", desk_posts.desk_word(terms, "over")),),
        )
    taken = HandoffNote(
        handoff_id, note.reason if mine and note else "taken_over", note.summary if mine and note else "", "claimed"
    )
    return Moved(
        replace(
            conversation, status=Status.STAFF, handoff=taken, flows=(), queue=(), pending=None,
            cases=_without(conversation, handoff_id),
        ),
        acts=(Act("staff/joined", {"name": Text(staff)}),),
        changes=(HandoffChange(handoff_id, "claimed", claimed_by=account),),
        posts=(
            DeskPost(handoff_id, "note" if mine else "again", f"{desk_posts.desk_word(terms, 'taken')} {staff}"),
            # the store knows what the bot was about to say, and leaves this out when it was nothing
            DeskPost(handoff_id, "unsent", desk_posts.desk_word(terms, "unsent")),
        ),
        timers=(TimerChange(UNCLAIMED, handoff_id, None),),
    )


def assigned(
    conversation: Conversation, handoff_id: str, to: str, by: str, terms: Terms, *, account: str
) -> Moved:
    """It moves to a colleague (his `account`); the shopper hears of him when he claims it or writes."""
    note = conversation.handoff
    mine = note is not None and note.id == handoff_id and conversation.status in (Status.WAITING, Status.STAFF)
    if not mine and not _case(conversation, handoff_id):
        return Moved(conversation, posts=(DeskPost(handoff_id, "note", desk_posts.desk_word(terms, "over")),))
    if mine and note and conversation.status is Status.STAFF:
        conversation = replace(conversation, handoff=replace(note, awaits=account))
    return Moved(
        conversation,
        changes=(HandoffChange(handoff_id, "", claimed_by=account),),
        posts=(DeskPost(handoff_id, "note", f"{desk_posts.desk_word(terms, 'assigned')} {to} ({by})"),),
    )


def _case(conversation: Conversation, handoff_id: str) -> HandoffNote | None:
    return next((note for note in conversation.cases if note.id == handoff_id), None)


def _without(conversation: Conversation, handoff_id: str) -> tuple[HandoffNote, ...]:
    return tuple(note for note in conversation.cases if note.id != handoff_id)


def given_back(conversation: Conversation, handoff_id: str, terms: Terms) -> Moved:
    if _case(conversation, handoff_id):
        return _case_ended(conversation, handoff_id, "back", terms)
    if conversation.handoff is None or conversation.handoff.id != handoff_id:
        return Moved(conversation)
    return _with_note(conversation.left, _ended(conversation, "back", (Act("staff/back"),), Status.BOT, terms))


def _with_note(left: str, moved: Moved) -> Moved:
    """The last note goes along; the one order that it names is what the shopper means by "it"."""
    numbers = order_numbers(left)
    memory = {"order_id": numbers[0]} if len(numbers) == 1 else {}
    return replace(moved, conversation=replace(moved.conversation, left=left, memory=memory))


def closed(conversation: Conversation, handoff_id: str, terms: Terms, closing: str = "") -> Moved:
    """`closing`: why, one of CLOSINGS; "" where nobody said."""
    if _case(conversation, handoff_id):
        return _case_ended(conversation, handoff_id, "closed", terms, closing)
    if conversation.handoff is None or conversation.handoff.id != handoff_id:
        return Moved(conversation)
    return _ended(conversation, "closed", (Act("staff/closed"),), Status.CLOSED, terms, closing)


def _case_ended(
    conversation: Conversation, handoff_id: str, status: str, terms: Terms, closing: str = ""
) -> Moved:
    """Staff have dealt with it and have not talked here: the shopper's conversation goes on as it was."""
    left = replace(conversation, cases=_without(conversation, handoff_id))
    change = HandoffChange(handoff_id, status, closing=closing)
    return Moved(left, changes=(change,), posts=(desk_posts.decided(handoff_id, "settled", terms, closing),))


def _ended(
    conversation: Conversation, status: str, acts: tuple[Act, ...], to: Status, terms: Terms, closing: str = ""
) -> Moved:
    note = conversation.handoff
    if note is None:
        raise ValueError("no handoff to end")
    # a new session: the model's context starts at hand-back
    free = replace(conversation.new_session(), status=to, introduced=conversation.introduced)
    return Moved(
        free,
        acts,
        changes=(HandoffChange(note.id, status, closing=closing),),
        posts=(desk_posts.decided(note.id, status, terms, closing),),
        timers=(TimerChange(UNCLAIMED, note.id, None),),
    )


def undeliverable(conversation: Conversation, terms: Terms) -> Moved:
    """A message did not reach the shopper while a person is awaited or talks: the desk is told."""
    if conversation.handoff is None:
        raise ValueError("no handoff to tell")
    words = terms.get("handoff", {}).get("undeliverable", "undeliverable")
    return Moved(conversation, posts=(DeskPost(conversation.handoff.id, "note", words),))


def reachable(conversation: Conversation, act: str, terms: Terms) -> Moved:
    """The shopper has "blocked" or "unblocked" us on his platform: who talks with him or has to is told."""
    mine = conversation.handoff
    if mine is None or conversation.status not in (Status.WAITING, Status.STAFF):
        return Moved(conversation)
    return Moved(conversation, posts=(DeskPost(mine.id, "note", desk_posts.desk_word(terms, act)),))


def waited_long(conversation: Conversation, handoff_id: str) -> Moved:
    """Nobody has claimed it in time: the shopper is told once and may leave a message."""
    if (
        conversation.status is not Status.WAITING
        or conversation.handoff is None
        or conversation.handoff.id != handoff_id
    ):
        return Moved(conversation)
    return Moved(conversation, (Act("waiting/long", tone="apologetic"),), (GO_ON,))
