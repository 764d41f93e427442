"""A file on its way in: how large, and what it really is. What a browser says about a file is not believed."""

from urllib.parse import unquote

from aiohttp import StreamReader

from adapters.web.limits import FILE_NAME_CHARS
from bot.messages import storable

# first bytes → type; SVG and HTML are left out on purpose: they can run script
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"avif")


def sniff(content: bytes) -> str:
    """The type by its first bytes, "" for one that is not taken."""
    for signature, mime in _SIGNATURES:
        if content.startswith(signature):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "image/avif" if content[8:12] == b"avif" else "image/heic"
    return ""


_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/gif": (".gif",), "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"), "image/avif": (".avif",), "application/pdf": (".pdf",),
    "audio/ogg": (".ogg", ".oga"), "video/mp4": (".mp4", ".m4v"), "video/webm": (".webm",),
}  # fmt: skip


def download(content: bytes, name: str, digest: str) -> tuple[str, str]:
    """Type and name under which staff get a kept file: by its first bytes, whatever it was called."""
    mime = sniff(content) or _recording(content)
    name = file_name(name) or digest[:12]
    endings = _ENDINGS.get(mime, ("",))
    return mime or "application/octet-stream", name if name.lower().endswith(endings) else name + endings[0]


def _recording(content: bytes) -> str:
    """A voice note or a video, which come from other channels; "" for anything else."""
    if content.startswith(b"OggS"):
        return "audio/ogg"
    if content.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    return "video/mp4" if content[4:8] == b"ftyp" else ""


def file_kind(mime: str) -> str:
    return "photo" if mime.startswith("image/") else "document"


def file_name(header: str) -> str:
    """The bare name, as the browser percent-encoded it; no path, nothing unprintable."""
    name = storable(unquote(header)).replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, name)).strip()[-FILE_NAME_CHARS:]


async def read_limited(body: StreamReader, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is longer than `limit`."""
    content = bytearray()
    async for chunk in body.iter_any():
        content += chunk
        if len(content) > limit:
            return None
    return bytes(content)
