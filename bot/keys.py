"""The keys of this deployment: one secret, made once, for the owner only to read, and one key from it for each use."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.links import derived


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    cookies: bytes  # of visitors of the web page
    links: bytes  # that the shop's account page signs
    codes: bytes

    @classmethod
    def of(cls, home: Path) -> "Keys":
        secret = _secret(home)
        others = (derived(secret, use) for use in ("signed links", "one-time codes"))
        return cls(secret, *others)


def _secret(home: Path) -> bytes:
    home.mkdir(parents=True, exist_ok=True)
    file = home / "secret.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
    return file.read_bytes()
