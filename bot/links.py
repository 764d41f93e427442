"""Signed links of the shop's account page: who comes with one was signed in there. Pure; the recipe is in
docs/signed-links.md, so that a page in any language can make them.

A token is base64url, without padding, of: one letter ("c" for a customer's id, "o" for an order's number), the second
it runs out (four bytes, big endian, since 1970 UTC), the id, and the first 16 bytes of the HMAC-SHA256 of all that.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CUSTOMER, ORDER = "c", "o"
TELEGRAM_CHARS = 64  # of a /start payload (Telegram, "Deep linking")
LONGEST = timedelta(hours=24)  # a page that signs for longer has got its clock or its arithmetic wrong
_MAC, _HEAD = 16, 5  # bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """What a token says, and whether the shop said it."""

    kind: str
    id: str
    until: datetime
    genuine: bool
    digest: str  # names this token in the store, and does not let it be made again


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of its own for one purpose: whoever has it can do nothing else with it."""
    return hmac.new(secret, f"shophand {purpose}".encode(), hashlib.sha256).digest()


def seal(key: bytes, kind: str, id_: str, until: datetime) -> str:
    """The token of a customer or an order, good until `until` (whole seconds)."""
    body = kind.encode() + int(until.timestamp()).to_bytes(4, "big") + id_.encode()
    return base64.urlsafe_b64encode(body + _mac(key, body)).rstrip(b"=").decode()


def read(key: bytes, token: str) -> Signed | None:
    """What the token says; None when it has not the form of one (any other /start payload has not)."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        kind, id_ = raw[:1].decode(), raw[_HEAD:-_MAC].decode()
    except ValueError:
        return None
    if kind not in (CUSTOMER, ORDER) or not id_.isprintable() or not id_:
        return None
    until = datetime.fromtimestamp(int.from_bytes(raw[1:_HEAD], "big"), UTC)
    genuine = hmac.compare_digest(raw[-_MAC:], _mac(key, raw[:-_MAC]))
    return Signed(kind, id_, until, genuine, hashlib.sha256(raw).hexdigest())


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_MAC]
