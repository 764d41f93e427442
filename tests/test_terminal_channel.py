"""The terminal keeps what every channel promises: it keeps replies and letters for whoever looks at them."""

from dataclasses import dataclass

import pytest
from channel_contract import CHECKS, Delivered

from adapters.terminal import TerminalAdapter, TerminalChannel, TerminalMail, TerminalMailAdapter
from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, Reply
from bot.script import ADDRESS


def shown(reply: Reply) -> Delivered:
    return Delivered(reply.as_text(), tuple((button.label, button.value) for button in reply.buttons))


@dataclass
class TerminalRig:
    channel: TerminalChannel | TerminalMail
    address: Address
    buttons: bool = True
    long_text: int = 50_000

    def delivered(self) -> list[Delivered]:
        if isinstance(self.channel, TerminalChannel):
            return [shown(reply) for reply in self.channel.replies]
        return [shown(reply) for address, reply in self.channel.letters if address == self.address.chat]

    def flood(self, seconds: int) -> bool:
        return False  # there is no platform in between

    def block(self) -> bool:
        return False  # whoever sits there reads


def of_chat() -> TerminalRig:
    return TerminalRig(TerminalAdapter().channel, ADDRESS)


def of_mail() -> TerminalRig:
    return TerminalRig(TerminalMailAdapter().channel, Address("mail", "", "emma@example.com"))


@pytest.mark.parametrize("make", [of_chat, of_mail], ids=["chat", "mail"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_contract(check, make):
    await check(make())


@pytest.mark.parametrize("make", [of_chat, of_mail], ids=["chat", "mail"])
async def test_files_are_not_fetched_here(make):
    with pytest.raises(PermanentFailure):
        await make().channel.fetch(Attachment("photo"))
