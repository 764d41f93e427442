"""Shared fixtures: the closed network, the seeded sample shop, the real model, and a product wired for one test."""

import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher

from adapters.mail import MailAdapter
from adapters.terminal import TerminalAdapter, TerminalMailAdapter
from bot.bootstrap import Shophand, shophand
from bot.bootstrap.language import own_language
from bot.bootstrap.shop import open_shop
from bot.clock import ManualClock
from bot.ports import Adapter, Language
from bot.script import ADDRESS, ScriptedChat
from bot.settings import Settings
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE
from bot.store import staff

# property tests: short here, long with `make bench`; the same examples each time
hypothesis.settings.register_profile("short", derandomize=True, deadline=None, max_examples=200)
hypothesis.settings.register_profile("long", derandomize=True, deadline=None, max_examples=10_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday
LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}  # noqa: S104 - a name to compare with


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The algorithm of the staff passwords with the smallest cost."""
    monkeypatch.setattr(staff, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may speak to loopback only."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            pytest.fail(f"a test tried to reach {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in LOOPBACK and host is not None:
            pytest.fail(f"a test tried to look up {host}")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture(scope="session")
def language() -> Iterator[Language]:
    """The shipped model, loaded once."""
    loaded = own_language(Settings(), read_policy(SAMPLE).max_error)
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample shop, imported at NOW; copy it, don't change it."""
    import asyncio

    home = tmp_path_factory.mktemp("seeded")

    async def seed() -> None:
        async with open_shop(Settings(home=home), clock=ManualClock(NOW)):
            pass

    asyncio.run(seed())
    return home


@dataclass
class Talk:
    """A product on a store of its own, talked to line by line."""

    product: Shophand
    chat: ScriptedChat
    clock: ManualClock
    home: Path


@asynccontextmanager
async def talking(
    home: Path, language: Language, /, *, as_email: str = "", mail_files: bool = False, **changes: Any
) -> AsyncIterator[Talk]:
    """The wired product over `home`; `changes` are arguments of bootstrap.shophand, and `settings` in their place.

    `mail_files`: mails are files in home/mail, not lines of the terminal.
    """
    clock, terminal, mail = changes.pop("clock", ManualClock(NOW)), TerminalAdapter(), TerminalMailAdapter()

    def adapters(assistant: Any, policy: Any) -> list[Adapter]:
        files = MailAdapter("", "shop@example.com", "Shop", home / "mail", assistant.file)
        return [terminal, files if mail_files else mail]

    settings = changes.pop("settings", Settings(home=home))
    kept = replace(language, close=lambda: None)  # the session's model stays open
    arguments = {"make_adapters": adapters, "language": lambda *_: kept, **changes}
    async with shophand(settings, clock=clock, **arguments) as product:
        if as_email:
            proof = await product.shop.customer(as_email)
            assert proof is not None, f"the sample shop has no customer {as_email}"
            until = NOW.replace(year=2030)
            await product.conversations.vouch(ADDRESS, replace(proof, until=until, strong_until=until))
        chat = ScriptedChat(
            product.assistant, product.dispatcher, product.conversations, terminal.channel, terminal.desk, clock,
            mail.channel,
        )  # fmt: skip
        yield Talk(product, chat, clock, home)


@pytest.fixture
def home(seeded: Path, tmp_path: Path) -> Path:
    """A home of this test's own, with the sample shop in it."""
    target = tmp_path / "home"
    shutil.copytree(seeded, target)
    return target
