"""What one Telegram bot needs to be told. Knows no environment variables: bootstrap fills it in."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from adapters.telegram import limits

API = "https://api.telegram.org"


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    token: str = field(repr=False)  # from @BotFather: "<bot id>:<secret>"
    mode: str = "polling"  # or "webhook"
    public_url: str = ""  # webhook: the https address under which Telegram reaches this server, without our path
    secret_token: str = field(default="", repr=False)  # webhook: what Telegram must show; "" derives one from the token
    staff_group: str = ""  # id of the forum group whose topics are the staff desk; "" for no desk here
    base_url: str = API  # another Bot API server

    @property
    def account(self) -> str:
        """The bot's id, the public half of the token."""
        return self.token.partition(":")[0]

    @property
    def path(self) -> str:
        """Where the webhook is mounted: one path per bot, so that several bots share a server."""
        return f"/telegram/{self.account}"

    @property
    def webhook_url(self) -> str:
        return self.public_url.rstrip("/") + self.path

    @property
    def _port(self) -> int | None:
        """None when it is no number."""
        try:
            return urlsplit(self.public_url).port or limits.WEBHOOK_PORTS[0]
        except ValueError:
            return None

    @property
    def secret(self) -> str:
        if self.secret_token:
            return self.secret_token
        return hmac.new(self.token.encode(), b"shophand webhook", hashlib.sha256).hexdigest()

    def problems(self) -> tuple[str, ...]:
        """One sentence for each thing that is wrong, with what to do; none of them shows a secret."""
        found = []
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", self.token):
            found.append("The Telegram token must look like 123456:ABC-def. Copy it from @BotFather (/mybots).")
        if self.mode not in ("polling", "webhook"):
            found.append(f"The Telegram mode {self.mode!r} is unknown. Use polling or webhook.")
        if self.secret_token and not re.fullmatch(limits.SECRET_FORM, self.secret_token):
            found.append("The Telegram webhook secret must be 1 to 256 of A-Z a-z 0-9 _ -, or empty.")
        # Telegram's own server insists on https; a Bot API server of one's own may sit on the same machine
        allowed = ("https://",) if self.base_url == API else ("https://", "http://")
        if self.mode == "webhook" and not self.public_url.startswith(allowed):
            found.append("Telegram's webhook needs a public https:// address of this server. Set it, or use polling.")
        elif self.mode == "webhook" and self.base_url == API and self._port not in limits.WEBHOOK_PORTS:
            found.append("Telegram calls webhooks on port 443, 80, 88 or 8443 only. Put a proxy there, or use polling.")
        if self.staff_group and not re.fullmatch(r"-100\d+", self.staff_group):
            found.append("The Telegram staff group must be a supergroup's id such as -1001234567890, not its name.")
        return tuple(found)
