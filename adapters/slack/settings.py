"""What one Slack app needs to be told. Knows no environment variables: bootstrap fills it in."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

API = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    bot_token: str = field(repr=False)  # "xoxb-…"
    signing_secret: str = field(default="", repr=False)  # set: events are taken over HTTP
    app_token: str = field(default="", repr=False)  # "xapp-…"; set: Socket Mode
    staff_channel: str = ""  # id of the channel whose threads are the staff desk; "" for no desk here
    base_url: str = API

    def problems(self) -> tuple[str, ...]:
        """One sentence for each thing that is wrong, with what to do; none of them shows a secret."""
        found = []
        if not self.bot_token.startswith("xoxb-"):
            found.append("The Slack bot token starts with xoxb-. Copy it from api.slack.com/apps, OAuth & Permissions.")
        if self.app_token and not self.app_token.startswith("xapp-"):
            found.append("The Slack app token starts with xapp-. Make one at api.slack.com/apps, Basic Information.")
        if not (self.app_token or self.signing_secret):
            found.append("Slack needs the app token (Socket Mode) or the signing secret (HTTP). Set one of them.")
        if self.staff_channel and self.staff_channel[0] not in "CG":
            found.append("The Slack staff channel must be a channel's id such as C0123ABCD, not its name.")
        if urlsplit(self.base_url).scheme not in ("https", "http"):
            found.append("The address of Slack's API must be a URL; leave it out to use slack.com.")
        return tuple(found)
