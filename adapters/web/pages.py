"""Templates and static files. Everything in a template is escaped; a page names its files with their hash."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.web.words import say, show
from bot.office import LANGUAGES, StaffSession

_HERE = Path(__file__).parent
Terms = Mapping[str, Mapping[str, str]]  # group → code → word


class Pages:
    def __init__(self, shop_name: Mapping[str, str], words: Callable[[str], Terms], language: str) -> None:
        """`words`: what codes are called in a language; `language`: of who has chosen none."""
        self._files = {path.name: path for path in (_HERE / "static").iterdir()}
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self._files.items()}
        self._versions = {name: digest[:10] for name, digest in hashes.items()}
        self._language, self._shop_name, self._words = language, shop_name, words
        self._templates = {code: self._environment(code, words(code)) for code in LANGUAGES}

    def _environment(self, language: str, terms: Terms) -> Environment:
        """The templates for who reads this language."""
        made = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        names = self._shop_name
        made.globals |= {
            "_": partial(show, language), "lang": language, "asset": self._asset,
            "shop_name": names.get(language) or names.get("en") or next(iter(names.values())),
            "shop_names": json.dumps(dict(names)),
        }  # fmt: skip
        made.filters |= {"utc": _utc, "time": _time, "term": partial(_term, terms)}
        return made

    def language(self, session: StaffSession | None) -> str:
        """In which a member of staff reads the console."""
        return (session.language if session else "") or self._language

    def say(self, session: StaffSession | None, text: str, **values: Any) -> str:
        """A text of the console that is no page."""
        return say(self.language(session), text, **values)

    def term(self, session: StaffSession | None, code: str, group: str) -> str:
        """What a code of this group is called, as a word of a sentence."""
        return self._words(self.language(session)).get(group, {}).get(code, code)

    def render(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        """In the language of the `session` in the context, if there is one."""
        environment = self._templates[self.language(context.get("session"))]
        text = environment.get_template(template).render(**context)
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


def _time(moment: datetime, mark: str = "at") -> Markup:
    """`mark` tells the page's script how to write it: the moment itself, or how long ago."""
    return Markup('<time datetime="{}" data-{}>{}</time>').format(moment.isoformat(), mark, _utc(moment))


def _term(terms: Terms, code: str, group: str) -> str:
    """What a code of this group is called; one without a name is read as it stands."""
    word = terms.get(group, {}).get(code) or code.replace("_", " ")
    return word[:1].upper() + word[1:]
