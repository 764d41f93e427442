"""Files of a message, in our words. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.messages import Attachment

KINDS = {"image": "photo", "audio": "voice", "video": "video"}


def attachments(files: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """Deleted ones are left out; one that Slack keeps back (shared from another workspace) has no handle."""
    return tuple(_attachment(file) for file in files if file.get("mode") != "tombstone")


def _attachment(file: Mapping[str, Any]) -> Attachment:
    mime = file.get("mimetype") or ""
    return Attachment(
        kind=KINDS.get(mime.partition("/")[0], "document"), mime=mime, size=file.get("size") or 0,
        name=file.get("name") or "", handle=file.get("url_private_download") or file.get("url_private") or "")
