"""What a person wrote, out of Slack's mrkdwn: links and mentions unwrapped, entities decoded, emoji as characters.

Pure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WRAPPED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")  # real < and > arrive as entities, so these are Slack's own
ENTITY = re.compile(r"&(amp|lt|gt);")
ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
SHORTCODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")
KEPT_SCHEMES = ("mailto:", "tel:")  # the browser's business, not the reader's


def read(text: str, own_user: str, blocks: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text as it was typed, without our own name. `blocks` of the same message tell the emoji."""
    text = re.sub(rf"[ \t]*<@{re.escape(own_user)}(?:\|[^<>]*)?>[,:，：、]?[ \t]*", _gap, text)
    return decode(WRAPPED.sub(_unwrap, _with_emoji(text, blocks))).strip()


def decode(text: str) -> str:
    """Slack escapes these three characters and no others."""
    return ENTITY.sub(lambda match: ENTITIES[match[1]], text)


def mentions(text: str, user: str) -> bool:
    return re.search(rf"<@{re.escape(user)}[|>]", text) is not None


def _gap(name: re.Match[str]) -> str:
    """What stays where our name was: nothing at the ends of a line and before the end of a sentence."""
    before, after = name.string[: name.start()], name.string[name.end() :]
    return " " if before.rstrip(" ")[-1:] not in ("", "\n") and after[:1] not in ("", *"\n.,;?!…。，；？！") else ""


def _unwrap(match: re.Match[str]) -> str:
    """What the sender saw: a link by its label, a mention by its name."""
    target, label = match[1], match[2] or ""
    if target[0] in "@#":
        return target[0] + (label.lstrip("@#") or target[1:])
    if target[0] == "!":  # <!here>, <!subteam^S1|@team>, <!date^…|fallback>
        return label or "@" + target[1:].partition("^")[0]
    scheme = next((scheme for scheme in KEPT_SCHEMES if target.startswith(scheme)), "")
    return label or target.removeprefix(scheme)


def _with_emoji(text: str, blocks: Sequence[Mapping[str, Any]]) -> str:
    """A sent 👍 arrives as ":+1:"; the message's rich text says which character it was."""
    known = {name: _character(code) for name, code in _emoji(blocks)}
    return SHORTCODE.sub(lambda match: known.get(match[1], match[0]), text) if known else text


def _emoji(elements: Any) -> Iterator[tuple[str, str]]:
    for element in elements:
        if element.get("type") == "emoji" and element.get("unicode"):  # a workspace's own emoji has none
            yield element["name"], element["unicode"]
        yield from _emoji(element.get("elements") or ())


def _character(code: str) -> str:
    """From "1f44d-1f3fd"."""
    return "".join(chr(int(point, 16)) for point in code.split("-"))
