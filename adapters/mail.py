"""Mail to a contact on file: over SMTP where one is set, else as files in the shop's folder (development).

Only notices ("your delivery address was changed") and documents go out here; it receives nothing.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Attachment, Reply
from bot.ports import Pace

TIMEOUT = 20.0  # seconds for one SMTP conversation
ReadFile = Callable[[str], Awaitable[bytes | None]]  # a kept file by its digest, None when there is none
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailChannel:
    name = "mail"
    pace = Pace()

    def __init__(self, smtp_url: str, sender: str, subject: str, folder: Path, read_file: ReadFile) -> None:
        """`smtp_url`: smtp://user:password@host:port (with STARTTLS) or smtps://…; "" writes to `folder`."""
        self._url, self._sender, self._subject, self._folder = smtp_url, sender, subject, folder
        self._read_file = read_file

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        mail = EmailMessage()
        try:
            mail["From"], mail["To"], mail["Subject"] = self._sender, address.chat, self._subject
        except ValueError as error:
            raise PermanentFailure("the address on file is not an e-mail address") from error
        mail["Message-ID"] = f"<{message_id}@shophand.invalid>"
        mail.set_content(reply.as_text(number_buttons=True))
        for item in reply.attachments:
            content = await self._read_file(item.digest)
            if content is None:
                raise PermanentFailure(f"the file {item.name} that belongs to the mail is no longer kept")
            kind, _, subtype = item.mime.partition("/")
            mail.add_attachment(content, maintype=kind, subtype=subtype, filename=item.name)
        await asyncio.to_thread(self._smtp if self._url else self._file, mail, message_id)
        return message_id

    def _file(self, mail: EmailMessage, message_id: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{message_id}.eml").write_bytes(mail.as_bytes())

    def _smtp(self, mail: EmailMessage, _message_id: str) -> None:
        url, trusted = urlsplit(self._url), ssl.create_default_context()
        host, port = url.hostname or "localhost", url.port or 0
        try:
            with (
                smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
                if url.scheme == "smtps"
                else smtplib.SMTP(host, port, timeout=TIMEOUT)
            ) as server:
                # in clear only to a mail catcher for development: nothing to steal, and nobody between
                if url.scheme != "smtps" and (url.username or host not in LOOPBACK):
                    _encrypt(server, host, trusted)
                if url.username:
                    server.login(unquote(url.username), unquote(url.password or ""))
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            if any(code < 500 for code, _ in error.recipients.values()):  # e.g. greylisting
                raise TemporaryFailure("the mail server does not take the recipient yet") from error
            raise PermanentFailure("the mail server refuses the recipient") from error
        except ssl.SSLCertVerificationError as error:
            raise TemporaryFailure(f"the mail server's certificate is not valid: {error.verify_message}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(f"mail server: {type(error).__name__}") from error

    async def typing(self, address: Address) -> None:
        return None

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PermanentFailure("mail brings in no files")


def _encrypt(server: smtplib.SMTP, host: str, trusted: ssl.SSLContext) -> None:
    """Go on over TLS; TemporaryFailure when the server cannot, for that is put right in the settings."""
    server.ehlo()
    if not server.has_extn("starttls"):
        raise TemporaryFailure(
            f"the mail server {host} offers no STARTTLS on this port, and nothing is sent in clear: set "
            "SHOPHAND_SMTP_URL to smtps://… or to a port with STARTTLS (often 587)"
        )
    server.starttls(context=trusted)


class MailAdapter:
    name = "mail"
    desk = None
    sole = ""

    def __init__(self, smtp_url: str, sender: str, subject: str, folder: Path, read_file: ReadFile) -> None:
        self.channel = MailChannel(smtp_url, sender, subject, folder, read_file)
        self._url, self._folder = smtp_url, folder

    def routes(self) -> Sequence[Any]:
        return ()

    async def run(self) -> None:
        return None

    async def check(self) -> str:
        return (
            f"mail: over {urlsplit(self._url).hostname}"
            if self._url
            else f"mail: no SMTP server set, mails are written to {self._folder}"
        )
