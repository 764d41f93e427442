"""A reply or a desk post as Slack messages: sections of text, then buttons. Pure.

What stands in a text arrives as it is: it is escaped, and where mrkdwn would read markup into it (*, _, >, :name:) the
section is sent as plain text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack import limits
from adapters.slack.common import CHANNEL
from adapters.slack.desk_menu import EDIT, SEND, Words, menu
from adapters.slack.forms import FORM_ACTION, packed
from adapters.slack.interactions import DESK_ACTION
from adapters.slack.split import split, units
from bot.messages import Called, Card, DeskPost, Picture, Reply

Block = dict[str, Any]

MARKUP = re.compile(r"(?<!\w)([*_~`])\S(?:.*\S)?\1(?!\w)|(?m:^\s*>)|:[a-z_+-][a-z0-9_+'-]*:")
LINK = re.compile(r"https?://[^\s<>|，。；、）】」]*[^\s<>|，。；、）】」.,;:!?)\]'\"]")


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Slack's. `text` is what notifications and screen readers get."""

    text: str
    blocks: tuple[Block, ...]
    aloud: bool = False  # everybody in the channel is to see it, whoever follows the thread

    @property
    def pictured(self) -> bool:
        return any("accessory" in block for block in self.blocks)

    def without_pictures(self) -> "Part":
        bare = ({name: value for name, value in block.items() if name != "accessory"} for block in self.blocks)
        return replace(self, blocks=tuple(bare))


def render(reply: Reply) -> tuple[Part, ...]:
    """The reply in messages that Slack takes, in order; buttons under the last. () when there is nothing to say."""
    sections = [*_sections("", reply.text), *(section for card in reply.cards for section in _card(card))]
    keys = [(button.label, f"reply:{number}", button.value) for number, button in enumerate(reply.buttons)]
    if reply.form and (value := packed(reply.form)):
        keys.append((reply.form.label, FORM_ACTION, value))
    return _parts(sections, keys)


def render_post(post: DeskPost, words: Words, account: str = "") -> tuple[Part, ...]:
    """The post for staff; its buttons know their handoff. The menu stands at an opening, and not at an approval.

    `account`: the workspace, for whom it calls.
    """
    keys = [
        (button.label, f"{DESK_ACTION}{button.value}", f"{button.value}:{post.handoff_id}") for button in post.buttons
    ]
    carried = f"{post.handoff_id}:{post.answers}\n{post.suggestion}"
    if post.suggestion and units(carried) <= limits.VALUE_CHARS:
        keys += [(words("send_suggestion"), SEND, carried), (words("edit_suggestion"), EDIT, carried)]
    more = [menu(post.handoff_id, words)] if post.kind == "opened" else []
    parts = _parts(list(_sections("", post.signed.removesuffix(post.names))), keys, more)
    return (*parts[:-1], _calling(parts[-1], post.calls, account)) if post.calls else parts


def _calling(part: Part, calls: Iterable[Called], account: str) -> Part:
    """The part with those it is for below it: called where they are linked, else named."""
    people = [(call.on(CHANNEL, account), escape(call.name)) for call in calls]
    text = ", ".join(f"<@{user}>" if user else name for user, name in people)
    called = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return Part(f"{part.text} {text}", (*part.blocks, called), aloud=True)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# --- sections --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    body: str
    picture: Picture | None = None

    @property
    def plain(self) -> str:
        return "\n".join(filter(None, [self.title, self.body]))

    def block(self) -> Block:
        block: Block = {"type": "section", "text": self._text()}
        return block | {"accessory": _image(self.picture)} if self.picture else block

    def _text(self) -> Block:
        if MARKUP.search(self.plain):
            return {"type": "plain_text", "text": self.plain, "emoji": False}
        title = f"*{escape(self.title)}*" if self.title else ""
        # verbatim: links are ours alone, and "@channel" in a shopper's words calls nobody
        text = "\n".join(filter(None, [title, _linked(self.body)]))
        return {"type": "mrkdwn", "text": text, "verbatim": True}


def _image(picture: Picture) -> Block:
    return {"type": "image", "image_url": picture.url, "alt_text": picture.alt[: limits.ALT_CHARS] or "…"}


def _card(card: Card) -> Iterator[_Section]:
    """Its picture stands beside the first section."""
    picture = card.picture if card.picture and len(card.picture.url) <= limits.PICTURE_URL_CHARS else None
    rows = "\n".join(": ".join(filter(None, row)) for row in card.rows)
    for number, section in enumerate(_sections(" ".join(card.title.split()), rows)):
        yield section if number else replace(section, picture=picture)


def _sections(title: str, body: str) -> Iterator[_Section]:
    """As many sections as the text needs; the title stands over the first."""
    room = limits.SECTION_CHARS - _cost(title) - 3  # its two asterisks and the line break
    if room < limits.SECTION_CHARS // 2:
        title, body, room = "", f"{title}\n{body}", limits.SECTION_CHARS
    pieces = split(body, room, limits.SECTION_CHARS, cost=_cost) or ([""] if title else [])
    for number, piece in enumerate(pieces):
        yield _Section("" if number else title, piece)


def _cost(text: str) -> int:
    """How long it is once sent."""
    return units(escape(text)) + 2 * len(LINK.findall(text))


def _linked(text: str) -> str:
    done, at = [], 0
    for link in LINK.finditer(text):
        done += [escape(text[at : link.start()]), f"<{escape(link[0])}>"]
        at = link.end()
    return "".join([*done, escape(text[at:])])


# --- messages --------------------------------------------------------------------------------------------------------


Key = tuple[str, str, str]  # label, action id, value


def _parts(sections: Sequence[_Section], keys: Sequence[Key], more: Sequence[Block] = ()) -> tuple[Part, ...]:
    """`more`: elements beside the buttons."""
    actions = list(_actions([*(_key(*key) for key in keys), *more]))
    groups = list(_grouped(sections, limits.BLOCKS - len(actions))) or ([[]] if actions else [])
    parts = []
    for number, group in enumerate(groups):
        below = actions if number == len(groups) - 1 else []
        text = "\n\n".join(section.plain for section in group) or " / ".join(label for label, _, _ in keys)
        parts.append(Part(escape(text), (*(section.block() for section in group), *below)))
    return tuple(parts)


def _grouped(sections: Iterable[_Section], most: int) -> Iterator[list[_Section]]:
    group: list[_Section] = []
    size = 0
    for section in sections:
        cost = _cost(section.plain)
        if group and (size + cost > limits.MESSAGE_CHARS or len(group) == most):
            yield group
            group, size = [], 0
        group.append(section)
        size += cost
    if group:
        yield group


def _actions(elements: Sequence[Block]) -> Iterator[Block]:
    for first in range(0, len(elements), limits.BUTTONS):
        yield {"type": "actions", "elements": list(elements[first : first + limits.BUTTONS])}


def _key(label: str, action_id: str, value: str) -> Block:
    label = " ".join(label.split()) or value
    if units(label) > limits.BUTTON_CHARS:
        label = split(label, limits.BUTTON_CHARS - 1, limits.BUTTON_CHARS - 1)[0] + "…"
    return {
        "type": "button", "action_id": action_id, "value": value[: limits.VALUE_CHARS],
        "text": {"type": "plain_text", "text": label, "emoji": False},
    }  # fmt: skip
