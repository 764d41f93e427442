"""A message about several orders cut into its parts, one for each of them: 取消10102，再帮我查下10101. Pure.

What each part asks for the model says; here it is only told where one part ends and the next begins.
"""

import re
from collections.abc import Sequence

_STOP = r"[.!?](?=\s|$)|[,;](?=\s)|[，。！？；、\n]"  # not the dot of a sum or a mail
_JOIN = (
    r"(?:(?:\b(?:and|then|also|plus|but|while)\b|还有|還有|然[后後]|另外|[顺順]便|再|[并併]且?|[和跟与與及])[\s,，]*)+"
)
_CUTS = tuple(  # the surest first: a stop with a word that joins the next part on, the last stop, the last such word
    re.compile(pattern, re.IGNORECASE)
    for pattern in (rf"(?:{_STOP})\s*{_JOIN}", rf"(?:{_STOP})(?!.*(?:{_STOP}))", rf"{_JOIN}(?!.*{_JOIN})")
)


def of(text: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """The part of the text that belongs to each of the orders; () where nothing parts them."""
    places = [text.upper().find(number) for number in numbers]
    if len(numbers) < 2 or -1 in places or places != sorted(places):
        return ()
    found, begin = list[str](), 0
    for number, start, end in zip(numbers, places, places[1:], strict=False):
        between = text[start + len(number) : end]
        cut = next(filter(None, (pattern.search(between) for pattern in _CUTS)), None)
        if cut is None:
            return ()
        found.append(text[begin : start + len(number) + cut.start()])
        begin = start + len(number) + cut.end()
    return tuple(part.strip() for part in (*found, text[begin:]))
