"""A form as a modal: its content travels with the button that opens it, its answers come back as a message. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.slack import limits
from adapters.slack.split import units
from bot.messages import Address, Button, Field, Form, InboundMessage, Kind, filled

Block = dict[str, Any]
Payload = Mapping[str, Any]

FORM_ACTION = "form"  # action id of the button, callback id of the modal
CHOICE = "choice"


# --- the button ------------------------------------------------------------------------------------------------------


def packed(form: Form) -> str:
    """The form as a button's value, labels cut as far as it takes; "" where it cannot be made to fit."""
    for most in limits.OPTION_LABELS:
        fields = [
            [field.slot, field.label, field.initial, field.many,
             [[cut(option.label, most), option.value] for option in field.options]]
            for field in form.fields
        ]  # fmt: skip
        text = json.dumps([form.label, form.title, form.submit, form.value, fields], ensure_ascii=False,
                          separators=(",", ":"))  # fmt: skip
        if units(text) <= limits.VALUE_CHARS:
            return text
    return ""


def unpacked(text: str) -> Form:
    """ValueError or TypeError where it is none of ours."""
    label, title, submit, value, fields = json.loads(text)
    return Form(label, title, submit, value, tuple(
        Field(slot, name, tuple(Button(*option) for option in options), initial, many)
        for slot, name, initial, many, options in fields))  # fmt: skip


# --- the modal -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """A modal to open, within seconds; `instead`: the message that the press is when it cannot be opened."""

    trigger: str
    view: Block
    instead: InboundMessage


def opening(payload: Payload, pressed: InboundMessage, value: str) -> Opening:
    """`value`: what the pressed button carries."""
    form, address = unpacked(value), pressed.address
    back = [address.chat, address.thread, pressed.sent_at.timestamp(), form.value]
    view = {
        "type": "modal", "callback_id": FORM_ACTION, "private_metadata": json.dumps(back),
        "title": plain(form.title, limits.TITLE_CHARS), "submit": plain(form.submit, limits.TITLE_CHARS),
        "blocks": [_question(field) for field in form.fields[: limits.MODAL_BLOCKS]],
    }  # fmt: skip
    return Opening(payload["trigger_id"], view, pressed)


def _question(field: Field) -> Block:
    options = [{"text": plain(o.label, limits.BUTTON_CHARS), "value": o.value} for o in field.options]
    few = len(options) <= limits.CHECKBOXES
    kind = ("checkboxes" if few else "multi_static_select") if field.many else (
        "radio_buttons" if len(options) < 4 else "static_select")
    element: Block = {"type": kind, "action_id": CHOICE, "options": options[: limits.OPTIONS]}
    if initial := next((option for option in options if option["value"] == field.initial), None):
        element["initial_option"] = initial
    return {"type": "input", "block_id": field.slot, "label": plain(field.label, limits.LABEL_CHARS),
            "element": element}  # fmt: skip


# --- what comes back -------------------------------------------------------------------------------------------------


def submitted(payload: Payload, channel: str, team: str) -> InboundMessage | None:
    """What was chosen, as the press of a button; None for another modal's."""
    view, user = payload["view"], payload["user"]
    if view.get("callback_id") != FORM_ACTION:
        return None
    chat, thread, at, value = json.loads(view["private_metadata"])
    chosen = {slot: _options(block[CHOICE]) for slot, block in view["state"]["values"].items()}
    said = [", ".join(option["text"]["text"] for option in options) for options in chosen.values() if options]
    return InboundMessage(
        source_id=f"{view['id']}:{view['hash']}", sent_at=datetime.fromtimestamp(at, UTC), kind=Kind.BUTTON,
        address=Address(channel, team, chat, thread, user["id"], private=chat.startswith("D")),
        button=filled(value, {slot: [option["value"] for option in options] for slot, options in chosen.items()}),
        text="; ".join(said), name=user.get("name") or "")  # fmt: skip


def _options(state: Payload) -> Sequence[Payload]:
    one = state.get("selected_option")
    return state.get("selected_options") or ([one] if one else [])


def plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    if units(text) <= most:
        return text
    while units(text) > most - 1:
        text = text[:-1]
    return f"{text}…"
