"""What a Telegram message carries beside text. Pure: the content is fetched later, by its handle."""

from telegram import Message, PhotoSize, Sticker

from bot.messages import Attachment

KINDS = (  # field of the message → our kind; an animation also fills `document`, so it comes first
    ("animation", "video"),
    ("video", "video"),
    ("video_note", "video"),
    ("voice", "voice"),
    ("audio", "voice"),
    ("document", "document"),
)
# what a shopper may send that is neither text nor a file; worth a polite answer, not silence
OTHER = ("location", "poll", "dice", "story", "game", "paid_media", "checklist")


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
    return ()


def wordless(message: Message) -> bool:
    """Whether the message is something sent by a person that we can neither read nor keep."""
    return any(getattr(message, field) for field in OTHER)


def _photo(photo: PhotoSize) -> Attachment:
    return Attachment(kind="photo", mime="image/jpeg", size=photo.file_size or 0, handle=photo.file_id)


def _sticker(sticker: Sticker) -> Attachment:
    mime = "application/x-tgsticker" if sticker.is_animated else "video/webm" if sticker.is_video else "image/webp"
    return Attachment(kind="sticker", mime=mime, size=sticker.file_size or 0, handle=sticker.file_id)
