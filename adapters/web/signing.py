"""Values that travel through a browser and come back unchanged: signed, not hidden."""

import base64
import hashlib
import hmac

from bot.errors import SettingsError

SECRET_BYTES = 32


class Signer:
    """HMAC-SHA256 over a value and what it is for, so that a value signed for one use is worthless for another."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise SettingsError([f"the web secret has {len(secret)} bytes; give it {SECRET_BYTES} random ones or more"])
        self._secret = secret

    def seal(self, purpose: str, value: str) -> str:
        return f"{value}.{self._mac(purpose, value)}"

    def open(self, purpose: str, sealed: str) -> str | None:
        """The value, or None when it was not sealed here for this purpose."""
        value, _, mac = sealed.rpartition(".")
        # bytes: compare_digest refuses text that is not ASCII, and a header may hold anything
        good = hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac(purpose, value).encode())
        return value if value and good else None

    def _mac(self, purpose: str, value: str) -> str:
        signed = f"{purpose}\n{value}".encode("utf-8", "replace")
        return base64.urlsafe_b64encode(hmac.new(self._secret, signed, hashlib.sha256).digest()).rstrip(b"=").decode()
