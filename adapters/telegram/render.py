"""A reply in Telegram's form: plain text in parts with bold spans, photos with captions, and an inline keyboard. Pure.

No parse mode is ever used, so nothing that comes from shop data can become markup.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    User,
)

from adapters.telegram import limits
from adapters.telegram.normalise import CHANNEL
from bot.messages import Button, Card, DeskPost, Reply

# where a long text may be cut, best first: paragraph, line, sentence, word
BOUNDARIES = tuple(re.compile(pattern) for pattern in (
    r"\n\s*\n", r"\n", r"[.!?…]+[\"'”’)]*\s|[。！？；]+[”’」』）]*", r"\s"))


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Telegram's."""

    text: str
    bold: tuple[tuple[int, int], ...] = ()  # (offset, length) in characters
    calls: tuple[tuple[int, int, int], ...] = ()  # (offset, length, user id) of people who are called by their names
    photo: str = ""  # its address: the text is the caption, or the whole message where Telegram does not take the photo

    def entities(self) -> Sequence[MessageEntity]:
        spans = [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in self.bold]
        for offset, length, user in self.calls:
            person = User(user, self.text[offset : offset + length], is_bot=False)
            spans.append(MessageEntity(MessageEntity.TEXT_MENTION, offset, length, user=person))
        return MessageEntity.adjust_message_entities_to_utf_16(self.text, spans)


def render(reply: Reply) -> tuple[Part, ...]:
    """The reply in parts that Telegram takes, in order; buttons belong under the last one."""
    return (*_content(reply), *_texts(Reply(_surplus(reply.buttons))))


def _content(reply: Reply) -> tuple[Part, ...]:
    whole = Part(*_layout(reply))
    pictured = [card for card in reply.cards if card.picture]
    if len(pictured) == 1 == len(reply.cards) and _fits(whole.text):
        return (replace(whole, photo=_photo(pictured[0])),)
    parts, words = list[Part](), Reply(reply.text)
    for card in reply.cards:
        alone = Part(*_layout(Reply("", cards=(card,))))
        if card in pictured[: limits.PHOTOS] and _fits(alone.text):
            parts += [*_texts(words), replace(alone, photo=_photo(card))]
            words = Reply("")
        else:
            words = replace(words, cards=(*words.cards, card))
    return (*parts, *_texts(words if parts else reply))


def render_post(post: DeskPost, account: str) -> tuple[Part, ...]:
    """The post for staff; those it is for are called, where they are linked."""
    parts = render(Reply(post.signed))
    if not post.calls or not parts[-1].text.endswith(post.names):  # or so many that they are cut apart
        return parts
    last, calls, at = parts[-1], list[tuple[int, int, int]](), len(parts[-1].text) - len(post.names)
    for call in post.calls:
        if user := call.on(CHANNEL, account):
            calls.append((at, len(call.name), int(user)))
        at += len(f"{call.name}, ")
    return (*parts[:-1], replace(last, calls=tuple(calls)))


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """One button a row, or two where all labels are short."""
    if not buttons:
        return None
    keys = [InlineKeyboardButton(label(button.label) or button.value, callback_data=button.value)
            for button in buttons[:limits.BUTTONS]]
    in_row = 2 if all(_width(key.text) <= limits.PAIR_WIDTH for key in keys) else 1
    return InlineKeyboardMarkup([keys[first:first + in_row] for first in range(0, len(keys), in_row)])


def _surplus(buttons: Sequence[Button]) -> str:
    """The buttons that a keyboard has no room for, in words."""
    return "\n".join(f"{number}. {button.label}" for number, button in enumerate(buttons, 1) if number > limits.BUTTONS)


def sharing(label: str) -> ReplyKeyboardMarkup | None:
    """A button in place of the phone's own keyboard, for one press: Telegram then sends the person's own contact."""
    share = [[KeyboardButton(label, request_contact=True)]]
    return ReplyKeyboardMarkup(share, resize_keyboard=True, one_time_keyboard=True) if label else None


def topic_name(title: str) -> str:
    """The title in the one short line that names a topic."""
    name = " ".join(title.split())
    if _fitting(name, limits.TOPIC_UNITS) == len(name):
        return name
    end = _fitting(name, limits.TOPIC_UNITS - 1)
    return name[:_cut(name[:end], name[end])].rstrip() + "…"


def _texts(reply: Reply) -> Iterator[Part]:
    """The reply without its pictures, in parts."""
    text, bold = _layout(reply)
    for start, end in _spans(text):
        spans = ((max(begin, start), min(begin + length, end)) for begin, length in bold)
        yield Part(text[start:end], tuple((begin - start, stop - begin) for begin, stop in spans if begin < stop))


def _fits(caption: str) -> bool:
    return _fitting(caption, limits.CAPTION_UNITS) == len(caption)


def _photo(card: Card) -> str:
    return card.picture.url if card.picture else ""


def _layout(reply: Reply) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Text and cards below one another, and where the card titles stand: (offset, length)."""
    text, bold = reply.text.strip(), list[tuple[int, int]]()
    for card in reply.cards:
        text += "\n\n" if text else ""
        title = card.title.strip()
        if title:
            bold.append((len(text), len(title)))
        text += "\n".join(filter(None, [title, *(": ".join(filter(None, row)) for row in card.rows)])).rstrip()
    if not text and reply.buttons:  # Telegram takes no message without text
        text = replace(reply, buttons=reply.buttons[: limits.BUTTONS]).as_text(number_buttons=True).strip()
    return text, tuple(bold)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends, without the white space between them, which Telegram would cut anyway."""
    start = _skip_space(text, 0)
    while start < len(text):
        end = start + _fitting(text[start:], limits.TEXT_UNITS)
        if end < len(text):
            end = start + _cut(text[start:end], text[end])
        stop = start + len(text[start:end].rstrip())
        if stop > start:
            yield start, stop
        start = _skip_space(text, end)


def _fitting(text: str, most: int) -> int:
    """How many characters fit into `most` UTF-16 units."""
    units = 0
    for count, character in enumerate(text[:most]):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > most:
            return count
    return min(len(text), most)


def _cut(window: str, following: str) -> int:
    """The best place to end a full part; not so early that the part is half empty."""
    for boundary in BOUNDARIES:
        ends = [match.end() for match in boundary.finditer(window)]
        if ends and ends[-1] > len(window) // 2:
            return ends[-1]
    end = len(window)
    while end > len(window) // 2 and _joined(window[end - 1], following):
        end, following = end - 1, window[end - 1]
    return end


def _joined(before: str, after: str) -> bool:
    """Whether two characters make one sign: accents, variation selectors, skin tones, joined emoji."""
    return "\u200d" in (before, after) or bool(unicodedata.combining(after)) or after == "\ufe0f" \
        or "\U0001f3fb" <= after <= "\U0001f3ff"


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def label(words: str) -> str:
    """The words of a button in the width of a phone."""
    line = " ".join(words.split())
    if _width(line) <= limits.LABEL_WIDTH:
        return line
    while _width(line) > limits.LABEL_WIDTH - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
