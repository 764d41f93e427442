"""A mail server on loopback, as RFC 5321, 3207 (STARTTLS) and 4954 (AUTH) describe it; it keeps what it is told.

localhost.pem, its key and certificate, is worth nothing outside of these tests.
"""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")


class SmtpPeer(socketserver.ThreadingTCPServer):
    daemon_threads = False  # closing it waits until all is heard

    def __init__(self, *, starttls: bool = True, smtps: bool = False, recipient: str = "250 ok") -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.starttls, self.smtps, self.recipient = starttls, smtps, recipient
        self.heard: list[tuple[str, bool]] = []  # (line, whether it came over TLS)
        self.mails: list[tuple[str, bytes]] = []  # (to whom, the mail)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(CERTIFICATE)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def commands(self) -> list[str]:
        """The first words of what was said, in order; those in clear in small letters."""
        words = [(line.partition(" ")[0].upper(), safe) for line, safe in self.heard]
        return [word if safe else word.lower() for word, safe in words]


class _Session(socketserver.BaseRequestHandler):
    server: SmtpPeer

    def handle(self) -> None:
        try:
            if self.server.smtps:
                self._encrypt()
            self._talk()
        except (ssl.SSLError, ConnectionError):  # the client does not trust us
            pass
        finally:
            self.request.close()

    def _encrypt(self) -> None:
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)

    def _talk(self) -> None:
        lines, to = self.request.makefile("rb"), ""
        self._say("220 localhost ESMTP")
        while line := lines.readline().decode().strip():
            safe = isinstance(self.request, ssl.SSLSocket)
            self.server.heard.append((line, safe))
            match line.partition(" ")[0].upper():
                case "EHLO":
                    offer = ["250-STARTTLS"] if self.server.starttls and not safe else []
                    self._say("250-localhost", *offer, "250 AUTH PLAIN LOGIN")
                case "STARTTLS":
                    self._say("220 go on")
                    self._encrypt()
                    lines = self.request.makefile("rb")
                case "AUTH":
                    self._say("235 welcome")
                case "RCPT":
                    to = line.partition("<")[2].rstrip(">")
                    self._say(self.server.recipient)
                case "DATA":
                    self._say("354 go on")
                    self.server.mails.append((to, b"".join(iter(lines.readline, b".\r\n"))))
                    self._say("250 ok")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, *lines: str) -> None:
        self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())


@contextmanager
def smtp_peer(*, starttls: bool = True, smtps: bool = False, recipient: str = "250 ok") -> Iterator[SmtpPeer]:
    with SmtpPeer(starttls=starttls, smtps=smtps, recipient=recipient) as peer:
        thread = threading.Thread(target=peer.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield peer
        finally:
            peer.shutdown()
            thread.join()
