"""The console's own texts: in English where they stand, in other languages in <language>.toml beside the templates.

What codes (reasons, states, channels) are called comes from the phrase book, by the office.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

_FOLDER = Path(__file__).parent / "templates"
SOURCE = "en"


@cache
def catalogue(language: str) -> dict[str, str]:
    """English text → the text in `language`."""
    return {} if language == SOURCE else tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))["texts"]


def say(language: str, text: str, **values: Any) -> str:
    """`text` for a member of staff, with values for the names that stand in it in braces."""
    return catalogue(language).get(text, text).format(**values)


def show(language: str, text: str, **values: Any) -> Markup:
    """The same for a page; values that are no markup themselves are escaped."""
    return escape(catalogue(language).get(text, text)).format(**values)
