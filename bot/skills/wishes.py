"""What a message asks to be changed about an order, decided by its slots and its words. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from bot import days
from bot.skills import pieces


class Wish(StrEnum):
    ITEMS = "items"  # another size, colour or quantity
    QUANTITY = "quantity"  # another quantity, not said which
    REMOVE = "remove"  # an item less: a cancellation
    ADD = "add"  # an item more
    DELIVERY_DAY = "delivery_day"
    GIFT_NOTE = "gift_note"
    OTHER = "other"  # a person does it


_OCCASION = r"(?:birthday|christmas|greetings?|anniversary|thank[- ]you|wedding|congratulations?)"
_A_NOTE = r"(?<!delivery )(?<!gift )\b(?:note|message|card)\b"  # a gift card is money
_NOTE = re.compile(
    rf"\b(?:gift|personal|handwritten|{_OCCASION})[\s-]+(?:notes?|message|text|tag)\b|\b{_OCCASION}[\s-]+cards?\b"
    r"|(?<!gift )\bcard (?:text|message)\b"
    rf"|\b(?:add|put|include|pop|slip|write|enclose|attach)\b[^.?!\n]{{0,25}}{_A_NOTE}"
    rf"|{_A_NOTE}[^.?!\n]{{0,30}}\b(?:say(?:s|ing)?|reads?|reading)\b"
    r"|[贺賀]卡|祝福|卡片|生日卡|[留附]言|小[纸紙][条條]",
    re.IGNORECASE | re.ASCII,
)
_FOR_THE_DRIVER = re.compile(
    r"\b(?:driver|courier|postman|porter|neighbou?r|gate|door ?bell|safe place|delivery (?:note|instructions?))\b"
    r"|[门門]口|[门門]卫|快[递遞]员|快遞員|保安|代收",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\b(?:deliver\w*|arriv\w*|come|comes|bring|ship\w*|send|sent|dispatch\w*|hold|delay\w*|postpone|later|earlier"
    r"|day|date)\b|送|到[货貨]|收[货貨]|收到|[发發][货貨]?|寄|推[迟遲]|延|提前|派|改期",
    re.IGNORECASE,
)
_SOME_DAY = re.compile(
    r"\b(?:delivery|arrival|another|different) (?:day|date)\b|\b(?:hold|delay|postpone)\b|\bdate of (?:the )?delivery\b"
    r"|(?:送[货貨]|配送|派送|收[货貨]|到[货貨])的?(?:日期|日子|[时時][间間]|那天)|推[迟遲]|延[后後期]|[换換]个?日子|改天",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"\b(?:remove|removing|take (?:off|out|away)|take\b[^.?!\n]{1,40}\b(?:off|out)|drop|leave out|delete|get rid of"
    r"|(?:don['’]?t|do not|no longer) (?:want|need)(?! to)|(?:fewer|less))\b"
    r"|去掉|[删刪][掉除]|不要了|拿掉|[减減]掉|[减減]少|(?<!不用)(?<!不)(?<!不是)取消|退掉",
    re.IGNORECASE,
)
_ADD = re.compile(
    r"\b(?:add|adding|include|throw|pop|squeeze|chuck|put|more|another|extra|forgot)\b"
    r"|加|多[要来來拍买買]|[补補]|再[来來要]",
    re.IGNORECASE,
)
_ADD_SOMETHING = re.compile(
    r"\badd (?:\w+ )?(?:stuff|something|things?|items?|products?|more|to)\b|加[购購]|加[点點]?[东東]西", re.IGNORECASE
)
_ITEMS = re.compile(
    r"\b(?:size|colou?r|swap|switch|replace|bigger|smaller|larger)\b|尺[码碼寸]|[颜顏]色|型[号號]|[换換]", re.IGNORECASE
)
_QUANTITY = re.compile(r"\b(?:quantity|qty|how many|double)\b|[数數]量", re.IGNORECASE)
_PERSON = re.compile(
    r"\b(?:engrav\w*|gift[- ]?wrap\w*|wrap\w*|gift receipt|combine|together|separately|split|packaging|pick ?up"
    r"|click and collect|instructions?|subscription|install\w*|assembl\w*|print\w*)\b"
    r"|刻字|[礼禮]盒|包[装裝]|[备備][注註]|合[并併]|分[开開][发發]|自提|加急|安[装裝]|定制|[发發]票|付款方式",
    re.IGNORECASE,
)
_ELSEWHERE = ("shipping_method", "payment_method", "coupon")
_NEW = ("new_size", "new_color", "new_quantity")


def wishes(slots: Mapping[str, str]) -> tuple[Wish, ...]:
    """Everything the message asks for, each once, in the order in which it is done; empty when it does not say what."""
    said = _without(slots.get("said", ""))
    note = bool(_NOTE.search(said)) and not _FOR_THE_DRIVER.search(said)
    person = any(slots.get(name) for name in _ELSEWHERE) or bool(_PERSON.search(said) or _FOR_THE_DRIVER.search(said))
    found = [wish for wish in (_about_items(slots, said, note, person),) if wish]
    day = days.mention(said) or (not said and days.mention(slots.get("date", "")))
    if (day and (_DAY.search(said) or not found)) or (_SOME_DAY.search(said) and not found):
        found.append(Wish.DELIVERY_DAY)
    if note:
        found.append(Wish.GIFT_NOTE)
    if person:
        found.append(Wish.OTHER)
    return tuple(found)


def _about_items(slots: Mapping[str, str], said: str, note: bool, person: bool) -> Wish | None:
    names = [name for name in slots.get("products", "").split("\n") if name and name in said]
    goods = [name for name in names if not _NOTE.search(f"add {name}") and not _PERSON.search(name)]
    beside = note or person
    if any(slots.get(name) for name in _NEW) or (len(goods) > 1 and _ITEMS.search(said)):
        return Wish.ITEMS
    if _REMOVE.search(said) and (goods or not beside):
        return Wish.REMOVE
    if _ADD.search(said) if goods else (_ADD_SOMETHING.search(said) and not beside):
        return Wish.ADD
    if _QUANTITY.search(said) or pieces.names_pieces(said):
        return Wish.QUANTITY
    if _ITEMS.search(said) or (not beside and any(slots.get(name) for name in ("size", "color"))):
        return Wish.ITEMS
    return None


# --- the note --------------------------------------------------------------------------------------------------------

_TEXT = (
    re.compile(r"[\"“„«「『](.{2,}?)[\"”“»」』]", re.DOTALL),
    re.compile(r"\b(?:note|message|card|text)\b[^:\n]{0,40}:\s*(.{2,})", re.I | re.DOTALL),
    re.compile(r"\b(?:say(?:s|ing)?|reads?|reading|with the (?:words?|text))\b[,:]?\s+(.{2,})", re.I | re.DOTALL),
    re.compile(r"(?:[写寫][上着著]?|[内內]容(?:是|[为為])?|[留附]言|卡片?|祝福[语語]?)\s*[:：]\s*(.{2,})", re.DOTALL),
    re.compile(r"[写寫](?:上|着|著|一?句)?[,，]?\s*(.{2,})", re.DOTALL),
)


def note_text(said: str) -> str:
    """The words for the note that a message holds, as the shopper wrote them; "" when it holds none."""
    found = _note(said)
    return " ".join(found[1].split()) if found else ""


def without_note(said: str) -> bool:
    """Whether the note is to be taken out again."""
    return bool(_NOTE.search(said) and _REMOVE.search(said)) and not note_text(said)


def _note(said: str) -> re.Match[str] | None:
    if not _NOTE.search(said):
        return None
    return next(filter(None, (form.search(said) for form in _TEXT)), None)


def _without(said: str) -> str:
    """The message without the words for the note, which ask for nothing."""
    plain = unicodedata.normalize("NFKC", said)
    found = _note(plain)
    return f"{plain[: found.start(1)]} {plain[found.end(1) :]}" if found else plain
