"""The composition root: the one place that knows every part. Its arguments are the outside world.

With cli the only part of `bot` that imports adapters and model.
"""

import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.web import security_headers
from bot.assistant import Assistant
from bot.bootstrap.channels import MakeAdapters
from bot.bootstrap.foundation import Foundation
from bot.bootstrap.language import MakeLanguage, own_language, speaking
from bot.bootstrap.shop import MakeShop, open_shop
from bot.bootstrap.turns import dialogues
from bot.canned import Canned
from bot.commerce import Shop
from bot.desk_posts import Terms, opening
from bot.dispatch.local import LocalDispatcher
from bot.live import LiveDialogue
from bot.messages import DeskPost
from bot.ports import Adapter, Clock, Language
from bot.settings import Settings
from bot.shop.policy import Policy
from bot.shop.sql import SqlShop
from bot.store.audit import AuditStore
from bot.store.budgets import CallStore
from bot.store.conversations import ConversationStore
from bot.store.desk import DeskStore
from bot.store.inbox import InboxStore
from bot.store.leases import LeaseStore
from bot.store.links import StaffLinkStore
from bot.store.models import ModelStore
from bot.store.modes import ModeStore
from bot.store.promises import PromiseStore
from bot.store.staff import StaffStore
from bot.store.turns import TurnRows
from bot.worker import Carrier, Worker


@dataclass(slots=True)
class Shophand:
    """The whole product, wired; nothing runs yet."""

    engine: AsyncEngine
    policy: Policy
    assistant: Assistant
    dispatcher: LocalDispatcher
    inbox: InboxStore
    conversations: ConversationStore
    desk: DeskStore
    staff: StaffStore
    links: StaffLinkStore
    shop: Shop
    live: LiveDialogue
    models: ModelStore
    modes: ModeStore
    adapters: list[Adapter] = field(default_factory=list)

    def web_app(self) -> web.Application:
        """Every adapter's routes on one server, and /health for whoever watches it."""
        app = web.Application(middlewares=[security_headers], client_max_size=8 * 1024 * 1024)
        app.router.add_get("/health", self._health)
        for adapter in self.adapters:
            app.add_routes(adapter.routes())
        return app

    async def _health(self, _request: web.Request) -> web.Response:
        health = await self.live.health()
        said = {"ok": not health.problem, "model": health.model, "reason": health.problem}
        return web.json_response(said, status=503 if health.problem else 200, headers={"Cache-Control": "no-store"})


@asynccontextmanager
async def shophand(
    settings: Settings,
    *,
    clock: Clock,
    make_adapters: MakeAdapters,
    language: MakeLanguage = own_language,
    make_shop: MakeShop = SqlShop,
    new_id: Callable[[], str] = lambda: secrets.token_hex(12),
    new_salt: Callable[[], bytes] = lambda: secrets.token_bytes(16),
    jitter: Callable[[], float] = lambda: random.uniform(0.5, 1),
    shop_folder: Path | None = None,
) -> AsyncIterator[Shophand]:
    """Open the store and wire everything to it."""
    async with open_shop(settings, clock=clock, shop_folder=shop_folder, make_shop=make_shop) as opened:
        models = ModelStore(opened.engine, clock)
        speaks = speaking(settings, opened.policy.max_error, language, await models.active())
        try:
            foundation = Foundation.of(settings, opened, clock, new_salt, jitter)
            yield _wire(foundation, make_adapters, speaks, models, new_id)
        finally:
            speaks.close()


def _wire(
    base: Foundation, make_adapters: MakeAdapters, language: Language, models: ModelStore, new_id: Callable[[], str]
) -> Shophand:
    opened, watchers = base.opened, base.watchers
    assistant = _assistant(base, lambda conversation_id: dispatcher.wake(conversation_id))  # it comes last, see below
    adapters = list(make_adapters(assistant, opened.policy))
    channels = {adapter.channel.name: adapter.channel for adapter in adapters}
    desks = {adapter.desk.name: adapter.desk for adapter in adapters if adapter.desk}

    turns = TurnRows(base.inbox, base.conversations, base.desk, PromiseStore(opened.engine), base.ways_back)
    live = LiveDialogue(language, dialogues(base, turns, assistant, tuple(desks), new_id), models, base.clock)
    worker = Worker(turns, live, channels, assistant.keep_file, watchers.changed)
    openings = _openings(base.desk, base.words.of_staff)
    carrier = Carrier(
        base.outbox, channels, desks, watchers.changed, base.codes.reveal, base.ways_back.issue, openings
    )
    dispatcher = LocalDispatcher(worker, carrier, base.inbox.fire_timers)  # it needs the channels
    return Shophand(
        opened.engine, opened.policy, assistant, dispatcher, base.inbox, base.conversations, base.desk, base.staff,
        base.links, opened.shop, live, models, base.modes, adapters,
    )  # fmt: skip


def _assistant(base: Foundation, wake: Callable[[str], None]) -> Assistant:
    """What channels and desks talk to."""
    opened, clock, words, conversations = base.opened, base.clock, base.words, base.conversations
    shop_name = opened.policy.shop.name
    return Assistant(
        inbox=base.inbox,
        transcripts=conversations,
        desk=base.desk,
        staff=base.staff,
        links=base.links,
        audit=AuditStore(opened.engine),
        modes=base.modes,
        leases=LeaseStore(opened.engine, clock),
        calls=CallStore(opened.engine),
        ways_back=base.ways_back,
        canned=Canned(opened.replies, opened.shop, conversations.load, shop_name, words.to_traditional, clock),
        watchers=base.watchers,
        words=words.book.terms,
        staff_language=words.staff_language,
        files=base.settings.home / "files",
        wake=wake,
        clock=clock,
    )


def _openings(desk: DeskStore, terms: Terms) -> Callable[[str], Awaitable[DeskPost | None]]:
    """The post that opens a handoff's thread, once more."""

    async def opening_of(handoff_id: str) -> DeskPost | None:
        view = await desk.handoff(handoff_id)
        if view is None:
            return None
        return opening(view.id, view.kind, view.reason, view.summary, view.name or view.channel, terms)

    return opening_of
