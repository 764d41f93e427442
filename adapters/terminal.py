"""The terminal: a channel, a desk and a mailbox that keep what they are given, for `shophand chat` and its scripts."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, DeskPost, Reply
from bot.ports import Pace


class TerminalChannel:
    name = "terminal"
    pace = Pace()

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()  # what the shopper has not seen yet, oldest first

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        self.replies.append(reply)
        return message_id

    async def typing(self, address: Address) -> None:
        return None

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PermanentFailure("files of the terminal are kept when they are sent")


class TerminalDesk:
    name = "terminal"
    pace = Pace()

    def __init__(self) -> None:
        self.posts: deque[DeskPost] = deque()

    async def post(self, post: DeskPost) -> str:
        self.posts.append(post)
        return ""


class TerminalAdapter:
    name = "terminal"
    sole = ""

    def __init__(self) -> None:
        self.channel, self.desk = TerminalChannel(), TerminalDesk()

    def routes(self) -> Sequence[Any]:
        return ()

    async def run(self) -> None:
        return None

    async def check(self) -> str:
        return "terminal: always there"


class TerminalMail:
    """What would be mailed to the contacts on file, a one-time code for example: shown instead of sent."""

    name = "mail"
    pace = Pace()

    def __init__(self) -> None:
        self.letters: deque[tuple[str, Reply]] = deque()  # (e-mail address, text) not yet seen, oldest first

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        self.letters.append((address.chat, reply))
        return message_id

    async def typing(self, address: Address) -> None:
        return None

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PermanentFailure("mail brings in no files")


class TerminalMailAdapter:
    name = "mail"
    desk = None
    sole = ""

    def __init__(self) -> None:
        self.channel = TerminalMail()

    def routes(self) -> Sequence[Any]:
        return ()

    async def run(self) -> None:
        return None

    async def check(self) -> str:
        return "mail: shown in the terminal"
