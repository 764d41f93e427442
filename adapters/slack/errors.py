"""Slack's errors in our words. No text, no token and no answer of a stranger gets into what is raised here."""

import re

from slack_sdk.errors import SlackApiError

from bot.errors import ChannelError, PermanentFailure, TemporaryFailure

# what Slack answers when it may work later; every other error code is its last word (channel_not_found, not_in_channel,
# is_archived, account_inactive, invalid_auth, user_not_found, missing_scope, invalid_blocks, …)
PASSING = frozenset({
    "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable",
    "request_timeout", "team_added_to_org", "external_channel_migrating", "team_access_not_granted_yet",
})  # fmt: skip


class Unshowable(PermanentFailure):
    """The blocks of a message were refused and nothing was posted. A picture that Slack could not fetch does that."""


def translate(method: str, error: SlackApiError) -> ChannelError:
    """What the assistant should know of a refused call."""
    status, headers = _status(error), error.response.headers
    code = _code(error)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return TemporaryFailure(f"Slack asks to slow down ({method})", _seconds(headers.get("Retry-After")))
    if code == "message_limit_exceeded":  # "sending too many messages" is said of the whole workspace
        return TemporaryFailure("Slack has had too many messages of this workspace", account=True)
    if code == "invalid_blocks":
        return Unshowable(f"Slack refused {method}: {code}")
    if code and code not in PASSING and status < 500:
        return PermanentFailure(f"Slack refused {method}: {code}")
    return TemporaryFailure(f"Slack could not take {method} now ({code or status})")


def unreachable(what: str, error: Exception | None, retry_after: str | None = None) -> TemporaryFailure:
    """Timeouts, lost connections, 5xx."""
    cause = f" ({type(error).__name__})" if error else ""
    return TemporaryFailure(f"Slack could not be reached for {what}{cause}", _seconds(retry_after))


def _status(error: SlackApiError) -> int:
    """The SDK hands out its own response, or aiohttp's where the body could not be read."""
    return getattr(error.response, "status_code", None) or getattr(error.response, "status", 0)


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[\w:.-]{1,80}", code) else ""


def _seconds(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None
