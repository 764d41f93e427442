"""The owner's canned replies: replies/<language>.toml, a text under each title. Knows no conversation."""

import tomllib
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.facts import PLACEHOLDER
from bot.office import REPLY_VARIABLES, CannedReply

REPLIES = "replies"


def read_replies(folder: Path) -> tuple[CannedReply, ...]:
    """Those of a shop folder, in the order of the files. BadInput lists every problem."""
    replies, problems = check_replies(folder)
    if problems:
        raise BadInput("\n".join(problems))
    return replies


def check_replies(folder: Path) -> tuple[tuple[CannedReply, ...], list[str]]:
    """The replies of a shop folder, and what is wrong with others as "file: title: reason"."""
    replies: list[CannedReply] = []
    problems: list[str] = []
    for path in sorted((folder / REPLIES).glob("*.toml")):
        file = f"{REPLIES}/{path.name}"
        try:
            texts = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(f"{file}: cannot be read: {error}")
            continue
        for title, text in texts.items():
            if why := _fault(text):
                problems.append(f"{file}: {title}: {why}")
            else:
                replies.append(CannedReply(path.stem, title, text.strip()))
    return tuple(replies), problems


def _fault(text: Any) -> str:
    """Why it is no reply, "" when it is one."""
    if not isinstance(text, str) or not text.strip():
        return "must be a text"
    known = ", ".join(f"{{{name}}}" for name in REPLY_VARIABLES)
    if unknown := next((name for name in PLACEHOLDER.findall(text) if name not in REPLY_VARIABLES), ""):
        return f"{{{unknown}}} is no variable; known: {known}"
    if set(PLACEHOLDER.sub("", text)) & set("{}"):
        return f"a brace that belongs to no variable; known: {known}"
    return ""
