"""Templates and static files. Everything in a template is escaped; a page names its files with their hash."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent
_LANGUAGES = {"en": "English", "zh": "Chinese", "zh-Hant": "Chinese (Traditional)"}


class Pages:
    def __init__(self, shop_name: Mapping[str, str]) -> None:
        self._files = {path.name: path for path in (_HERE / "static").iterdir()}
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self._files.items()}
        self._versions = {name: digest[:10] for name, digest in hashes.items()}
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        name = shop_name.get("en") or next(iter(shop_name.values()))
        self._templates.globals |= {"asset": self._asset, "shop_name": name, "shop_names": json.dumps(dict(shop_name))}
        self._templates.filters |= {"utc": _utc, "iso": datetime.isoformat, "words": _words, "language": _language}

    def render(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        text = self._templates.get_template(template).render(**context)
        return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def static(self, request: web.Request) -> web.FileResponse:
        path = self._files.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        # with its hash in the address, what stands under it never changes
        kept = "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
        return web.FileResponse(path, headers={"Cache-Control": kept})

    def _asset(self, name: str) -> str:
        return f"/static/{name}?v={self._versions[name]}"


def _utc(moment: datetime) -> str:
    """The page's script shows it in the reader's own zone; this is for readers without script."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _words(code: str) -> str:
    """A reason code as staff read it."""
    return code.replace("_", " ").capitalize()


def _language(code: str) -> str:
    return _LANGUAGES.get(code, code)
