"""A reply in Telegram's form: plain text in parts with bold spans, and an inline keyboard. Pure.

No parse mode is ever used, so nothing that comes from shop data can become markup.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from adapters.telegram import limits
from bot.messages import Button, Reply

# where a long text may be cut, best first: paragraph, line, sentence, word
BOUNDARIES = tuple(re.compile(pattern) for pattern in (
    r"\n\s*\n", r"\n", r"[.!?…]+[\"'”’)]*\s|[。！？；]+[”’」』）]*", r"\s"))


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Telegram's."""

    text: str
    bold: tuple[tuple[int, int], ...] = ()  # (offset, length) in characters

    def entities(self) -> Sequence[MessageEntity]:
        spans = [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in self.bold]
        return MessageEntity.adjust_message_entities_to_utf_16(self.text, spans)


def render(reply: Reply) -> tuple[Part, ...]:
    """The reply in parts that Telegram takes, in order; buttons belong under the last one."""
    text, bold = _layout(reply)
    return tuple(
        Part(text[start:end], tuple((max(begin, start) - start, min(stop, end) - max(begin, start))
                                    for begin, stop in bold if begin < end and stop > start))
        for start, end in _spans(text))


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """One button a row, or two where all labels are short."""
    if not buttons:
        return None
    keys = [InlineKeyboardButton(label(button.label) or button.value, callback_data=button.value)
            for button in buttons[:limits.BUTTONS]]
    in_row = 2 if all(_width(key.text) <= limits.PAIR_WIDTH for key in keys) else 1
    return InlineKeyboardMarkup([keys[first:first + in_row] for first in range(0, len(keys), in_row)])


def topic_name(title: str) -> str:
    """The title in the one short line that names a topic."""
    name = " ".join(title.split())
    if _fitting(name, limits.TOPIC_UNITS) == len(name):
        return name
    end = _fitting(name, limits.TOPIC_UNITS - 1)
    return name[:_cut(name[:end], name[end])].rstrip() + "…"


def _layout(reply: Reply) -> tuple[str, list[tuple[int, int]]]:
    """Text and cards below one another, and where the card titles stand."""
    text, bold = reply.text.strip(), []
    for card in reply.cards:
        text += "\n\n" if text else ""
        title = card.title.strip()
        if title:
            bold.append((len(text), len(text) + len(title)))
        text += "\n".join(filter(None, [title, *(": ".join(filter(None, row)) for row in card.rows)])).rstrip()
    if not text and reply.buttons:  # Telegram takes no message without text
        text = reply.as_text(number_buttons=True).strip()
    return text, bold


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
