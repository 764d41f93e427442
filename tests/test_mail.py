"""Mail goes out over TLS with a certificate that is checked, or it waits; a password never leaves in clear."""

import email
from dataclasses import dataclass, replace
from email import policy
from pathlib import Path

import pytest
from channel_contract import CHECKS, Delivered
from peers.smtp import CERTIFICATE, SmtpPeer, smtp_peer

from adapters.mail import MailChannel
from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Reply

EMMA = Address("mail", "", "emma@example.com")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer's certificate is one that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


async def no_file(_digest: str) -> bytes | None:
    return None


@dataclass
class FolderRig:
    """Mail as it is without an SMTP server: each one a file, read here as a mail program reads it."""

    folder: Path
    address: Address = EMMA
    buttons: bool = False
    long_text: int = 50_000

    def __post_init__(self) -> None:
        self.channel = MailChannel("", "shop@example.com", "Shop", self.folder, no_file)

    def delivered(self) -> list[Delivered]:
        mails = [email.message_from_bytes(file.read_bytes(), policy=policy.default)
                 for file in sorted(self.folder.glob("*.eml"))]  # fmt: skip
        return [Delivered(mail.get_content().removesuffix("\n")) for mail in mails]

    def flood(self, seconds: int) -> bool:
        return False  # a mail server that asks for patience does not say for how long

    def block(self) -> bool:
        self.address = replace(self.address, chat="no\naddress")
        return True


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_contract(check, tmp_path: Path) -> None:
    await check(FolderRig(tmp_path))


async def sent(peer: SmtpPeer, scheme: str = "smtp", login: str = "shop:secret@") -> str:
    url = f"{scheme}://{login}localhost:{peer.port}"
    channel = MailChannel(url, "shop@example.com", "Shop", Path("unused"), no_file)
    return await channel.send(EMMA, Reply("changed"), "out-1")


async def test_the_password_and_the_mail_go_over_starttls(trusted: None) -> None:
    with smtp_peer() as peer:
        assert await sent(peer) == "out-1"
    assert peer.commands() == ["ehlo", "starttls", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_smtps_is_encrypted_from_the_first_byte(trusted: None) -> None:
    with smtp_peer(smtps=True) as peer:
        await sent(peer, "smtps")
    assert peer.commands() == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(scheme: str) -> None:
    with smtp_peer(smtps=scheme == "smtps") as peer, pytest.raises(TemporaryFailure, match="certificate is not valid"):
        await sent(peer, scheme)
    assert {"AUTH", "MAIL", "auth", "mail"}.isdisjoint(peer.commands())


async def test_without_tls_there_is_no_login_and_the_error_says_what_to_do() -> None:
    with smtp_peer(starttls=False) as peer, pytest.raises(TemporaryFailure, match="SHOPHAND_SMTP_URL to smtps"):
        await sent(peer)
    assert peer.commands() == ["ehlo", "quit"]


async def test_without_tls_nothing_goes_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.mail.LOOPBACK", ())  # as if the peer were one
    with smtp_peer(starttls=False) as peer, pytest.raises(TemporaryFailure, match="nothing is sent in clear"):
        await sent(peer, login="")
    assert peer.commands() == ["ehlo", "quit"]


async def test_a_mail_catcher_on_this_machine_needs_no_tls() -> None:
    with smtp_peer(starttls=False) as peer:
        await sent(peer, login="")
    assert peer.commands() == ["ehlo", "mail", "rcpt", "data", "quit"]


@pytest.mark.parametrize(
    ("answer", "failure"), [("450 greylisted", TemporaryFailure), ("550 unknown", PermanentFailure)]
)
async def test_a_recipient_refused_for_now_is_tried_again(answer: str, failure: type[Exception]) -> None:
    with smtp_peer(recipient=answer) as peer, pytest.raises(failure):
        await sent(peer, login="")
