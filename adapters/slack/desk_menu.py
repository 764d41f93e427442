"""What staff do at a handoff beyond its buttons: a menu of acts, each of which opens a modal. Pure.

What is chosen there comes back as an ordinary message of staff. `words`: bot.ports.Front.desk_words.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.slack import limits
from adapters.slack.forms import CHOICE, plain
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.office import CLOSINGS, is_sum
from bot.ports import Member

Block = dict[str, Any]
Payload = Mapping[str, Any]
Words = Callable[[str], str]

MENU = "desk:more"  # action id of the menu
SEND, EDIT = "desk:send", "desk:edit"  # under a suggestion; their value is "<handoff>:<answers>\n<the suggestion>"
MODAL = "desk:"  # callback ids of the modals begin with it
ASSIGN, SNOOZE, CLOSE, NOTE, REPLY = "assign", "snooze", "close", "note", "reply"
ACTS = (REPLY, ASSIGN, SNOOZE, NOTE, CLOSE)  # in the order of the menu; Slack takes five
WRITE = "write"  # the modal in which a text for the shopper is looked over
VOUCHER = "voucher"  # a button that asks how much
SPANS = (("PT1H", "hour"), ("PT4H", "four_hours"), ("P1D", "day"), ("open", "until_open"))  # ISO 8601 → its word


def menu(handoff_id: str, words: Words) -> Block:
    labels = {act: plain(words(f"menu_{act}"), limits.BUTTON_CHARS) for act in ACTS}
    options = [{"text": label, "value": f"{act}:{handoff_id}"} for act, label in labels.items()]
    return {"type": "overflow", "action_id": MENU, "options": options}


# --- what was pressed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to do something that a modal asks the rest of."""

    act: str  # one of ACTS, WRITE or VOUCHER
    handoff_id: str
    user: str
    channel: str
    thread: str
    at: float  # seconds since 1970
    trigger: str = ""
    text: str = ""  # WRITE: what it begins with

    @property
    def metadata(self) -> str:
        return json.dumps([self.handoff_id, self.channel, self.thread, self.at])


def wish(payload: Payload, action: Payload, thread: str) -> Wish | None:
    """Of a pressed button or chosen option; None for one that needs no modal."""
    value, text = action["value"], ""
    if action["action_id"] in (MENU, f"desk:{VOUCHER}"):
        act, _, handoff_id = value.partition(":")
    elif action["action_id"] == EDIT:
        act, (handoff_id, _, text) = WRITE, _suggestion(value)
    else:
        return None
    user, channel, at = payload["user"]["id"], payload["channel"]["id"], float(action["action_ts"])
    return Wish(act, handoff_id, user, channel, thread, at, payload["trigger_id"], text)


def sent(action: Payload, message_ts: str, address: Address, member: Member) -> InboundMessage:
    """A suggestion sent as it stands: once, however many press."""
    handoff_id, answers, text = _suggestion(action["value"])
    return InboundMessage(
        f"suggestion:{address.chat}:{message_ts}", address, datetime.fromtimestamp(float(action["action_ts"]), UTC),
        Sender.STAFF, text=text, handoff_id=handoff_id, name=member.name, staff=member.staff, answers=answers)


def _suggestion(value: str) -> tuple[str, int, str]:
    head, _, text = value.partition("\n")
    handoff_id, _, answers = head.partition(":")
    return handoff_id, int(answers or 0), text


# --- modals ----------------------------------------------------------------------------------------------------------


def view(wish: Wish, words: Words, choices: Sequence[tuple[str, str]] = ()) -> Block:
    """`choices`: of ASSIGN and REPLY, label and value."""
    options = {
        SNOOZE: [(words(name), span) for span, name in SPANS],
        CLOSE: [(words(f"close_{why}"), why) for why in CLOSINGS],
    }.get(wish.act, choices)
    if wish.act in (NOTE, WRITE):
        element: Block = {"type": "plain_text_input", "multiline": True, "max_length": limits.INPUT_CHARS}
        if wish.text:
            element["initial_value"] = wish.text[: limits.INPUT_CHARS]
    elif wish.act == VOUCHER:
        element = {"type": "plain_text_input", "max_length": limits.SUM_CHARS}
    else:
        shown = [{"text": plain(label, limits.BUTTON_CHARS), "value": value} for label, value in options]
        element = {"type": "static_select", "options": shown[: limits.OPTIONS]}
    question = {
        "type": "input", "block_id": wish.act, "element": {**element, "action_id": CHOICE},
        "label": plain(words(f"ask_{wish.act}"), limits.LABEL_CHARS),
    }  # fmt: skip
    return {
        "type": "modal", "callback_id": f"{MODAL}{wish.act}", "private_metadata": wish.metadata, "blocks": [question],
        "title": plain(words(f"title_{wish.act}"), limits.TITLE_CHARS),
        "submit": plain(words("next" if wish.act == REPLY else "ok"), limits.TITLE_CHARS),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a modal was sent with."""

    wish: Wish
    value: str
    source_id: str

    @property
    def no_sum(self) -> bool:
        return self.wish.act == VOUCHER and not is_sum(self.value.strip())

    def message(self, channel: str, team: str, member: Member) -> InboundMessage | None:
        """None where it asks for another modal, holds nothing, or no sum where one is asked for."""
        wish, said = self.wish, self.value.strip()
        if wish.act == REPLY or not said or self.no_sum:
            return None
        common: dict[str, Any] = {
            "source_id": self.source_id, "sent_at": datetime.fromtimestamp(wish.at, UTC), "sender": Sender.STAFF,
            "address": Address(channel, team, wish.channel, wish.thread, wish.user, private=False),
            "handoff_id": wish.handoff_id, "name": member.name, "staff": member.staff,
        }  # fmt: skip
        if wish.act == WRITE:
            return InboundMessage(**common, text=said)
        text = said if wish.act == NOTE else "" if said == "open" else said if wish.act == SNOOZE else ""
        value = said if wish.act in (ASSIGN, CLOSE, VOUCHER) else ""
        return InboundMessage(**common, kind=Kind.STAFF_ACT, act=wish.act, value=value, text=text)


def answer(payload: Payload) -> Answer | None:
    """None for a modal that is none of the desk's."""
    shown, act = payload["view"], payload["view"].get("callback_id", "").removeprefix(MODAL)
    if payload["view"].get("callback_id") != f"{MODAL}{act}" or act not in (*ACTS, WRITE, VOUCHER):
        return None
    handoff_id, channel, thread, at = json.loads(shown["private_metadata"])
    state = shown["state"]["values"][act][CHOICE]
    value = state.get("value") or (state.get("selected_option") or {}).get("value") or ""
    made = Wish(act, handoff_id, payload["user"]["id"], channel, thread, float(at))
    return Answer(made, value, f"{shown['id']}:{shown['hash']}")
