"""The one-time codes by which staff link themselves on Slack or Telegram to their account: how they are written. Pure.

Which code is right is the store's business (bot/store/links.py); none is made up or kept here.
"""

BITS = 60
MINUTES = 10  # that a code lasts
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter that looks like another sign
_AS_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None})


def written(number: int) -> str:
    """A number of 60 bits as a code that can be read out: "K7QX-2M9D-R4WT"."""
    signs = "".join(_SIGNS[number >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def plain(typed: str) -> str:
    """A typed code without its hyphens, small letters and look-alikes."""
    return typed.upper().translate(_AS_MEANT)
