"""What a Telegram message carries beside text. Pure: the content is fetched later, by its handle.

A place, a poll or another person's contact is kept for staff too, as a file of its words (bot.messages.WORDED):
nothing is fetched for it.
"""

from urllib.parse import quote, unquote

from telegram import Message, PhotoSize, Sticker

from bot.messages import Attachment

NAME = 60  # ours: characters of the words that a desk shows in a line
KINDS = (  # field of the message → our kind; an animation also fills `document`, so it comes first
    ("animation", "video"),
    ("video", "video"),
    ("video_note", "video"),
    ("voice", "voice"),
    ("audio", "voice"),
    ("document", "document"),
)
# what a shopper may send of which a bot gets nothing to keep; it counts as a file that did not come through
UNSEEN = ("story", "game", "paid_media")
_WORDS = "data:text/plain;charset=utf-8,"  # a handle that holds the content itself (RFC 2397)


def attachments(message: Message) -> tuple[Attachment, ...]:
    if message.photo:
        return (_photo(message.photo[-1]),)  # sizes come smallest first
    if message.sticker:
        return (_sticker(message.sticker),)
    for field, kind in KINDS:
        content = getattr(message, field)
        if content is not None:
            return (Attachment(kind=kind, mime=getattr(content, "mime_type", None) or "", size=content.file_size or 0,
                               name=getattr(content, "file_name", None) or "", handle=content.file_id),)
    kind, words = _told(message)
    if kind:
        short = " ".join(words.split())[:NAME]
        return (Attachment(kind=kind, mime="text/plain", name=short, handle=_WORDS + quote(words)),)
    return tuple(Attachment(kind=field.replace("_", " ")) for field in UNSEEN if getattr(message, field))


def own_contact(message: Message) -> bool:
    """Whether the contact is the sender's: Telegram names the account that has the number, and it is his."""
    contact, user = message.contact, message.from_user
    return contact is not None and user is not None and contact.user_id == user.id


def words_in(handle: str) -> bytes | None:
    """The content of what is kept as words, None for the handle of any other file."""
    return unquote(handle.removeprefix(_WORDS)).encode() if handle.startswith(_WORDS) else None


def _told(message: Message) -> tuple[str, str]:
    """Its kind, and what a person has to know of it; "" for any other message."""
    if message.location:
        place = f"{message.location.latitude:.6f}, {message.location.longitude:.6f}"
        venue = message.venue
        return "location", "\n".join([place, venue.title, venue.address] if venue else [place])
    if message.poll:
        return "poll", "\n".join([message.poll.question, *(f"- {option.text}" for option in message.poll.options)])
    if listed := message.checklist:
        return "checklist", "\n".join([listed.title, *(f"- {task.text}" for task in listed.tasks)])
    if message.dice:
        return "dice", f"{message.dice.emoji} {message.dice.value}"
    if message.contact and not own_contact(message):
        names = filter(None, (message.contact.first_name, message.contact.last_name))
        return "contact", f"{' '.join(names)}\n{message.contact.phone_number}"
    return "", ""


def _photo(photo: PhotoSize) -> Attachment:
    return Attachment(kind="photo", mime="image/jpeg", size=photo.file_size or 0, handle=photo.file_id)


def _sticker(sticker: Sticker) -> Attachment:
    mime = "application/x-tgsticker" if sticker.is_animated else "video/webm" if sticker.is_video else "image/webp"
    return Attachment(kind="sticker", mime=mime, size=sticker.file_size or 0, handle=sticker.file_id)
