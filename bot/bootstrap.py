"""The composition root: the one place that knows every part. Its arguments are the outside world.

With cli the only part of `bot` that imports adapters and model.
"""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from opencc import OpenCC
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.mail import MailAdapter, ReadFile
from adapters.slack import SlackAdapter, SlackSettings
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.web import WebAdapter, security_headers
from bot import leaving
from bot.assistant import Assistant, Watchers
from bot.canned import Canned
from bot.commerce import Shop
from bot.decision import Limits
from bot.dialogue import Dialogue
from bot.dispatch.local import LocalDispatcher
from bot.errors import BadInput, ModelError
from bot.fulfilment import Fulfilment
from bot.handoff import Terms, opening
from bot.identity import Identity
from bot.keys import Keys
from bot.live import LiveDialogue
from bot.meaning import Meaning
from bot.messages import DeskPost
from bot.office import CannedReply
from bot.phrases import PhraseBook
from bot.ports import ActiveModel, Adapter, Clock, Language, ReplyWriter
from bot.settings import Settings
from bot.shop.folder import Progress, Report, mode_faults
from bot.shop.home import adopt, fill, home_shop
from bot.shop.indexing import refresh
from bot.shop.policy import Policy, read_policy
from bot.shop.replies import read_replies
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, is_empty, quiet
from bot.shop.verbs import VERBS
from bot.skills import SKILLS
from bot.speech import Speech
from bot.store.actions import ActionStore, TryStore
from bot.store.audit import AuditStore
from bot.store.budgets import CallStore
from bot.store.codes import CodeStore, LinkStore, ProofStore
from bot.store.conversations import ConversationStore
from bot.store.database import open_database
from bot.store.desk import DeskStore
from bot.store.inbox import InboxStore
from bot.store.leases import LeaseStore
from bot.store.links import StaffLinkStore
from bot.store.migrate import migrate
from bot.store.models import ModelStore
from bot.store.modes import ModeStore
from bot.store.outbox import OutboxStore
from bot.store.promises import PromiseStore
from bot.store.staff import StaffStore
from bot.store.turns import TurnRows
from bot.store.ways_back import WayBackStore
from bot.underway import Settings as DialogueSettings
from bot.worker import Carrier, Worker
from model.checkpoint import SHIPPED, Model
from model.encoder import TransformerEncoder
from model.interpreter import TransformerInterpreter, load_model
from model.serving import ModelThread
from model.writer import TransformerWriter, load_phrases

log = logging.getLogger(__name__)

PHRASES = Path(__file__).parent / "phrases"
FIRST_STAFF = "admin"


def own_language(settings: Settings, max_error: float, chosen: ActiveModel | None = None) -> Language:
    """The Transformer of model/, with the chosen weights, the settings' or ours. ModelError when they cannot be loaded.

    `max_error`: the share of errors the shop tolerates among what is handled without a person.
    """
    owner = settings.home / "phrases"
    book = load_phrases(PHRASES, *([owner] if owner.is_dir() else []))

    def load(chosen: ActiveModel | None) -> Model:
        return load_model(chosen.folder, chosen.hash) if chosen else load_model(settings.model or SHIPPED)

    def on(model: Model, chosen: ActiveModel | None) -> Language:
        return Language(
            TransformerInterpreter(model, thread, max_error=max_error),
            TransformerWriter(model, book, thread),
            TransformerEncoder(model, thread),
            close=thread.close,
            problem=thread.problem,
            model=model.hash,
            chosen=chosen,
            switch=lambda other: on(load(other), other),
        )

    first = load(chosen)
    thread = ModelThread()  # one for every model that is switched to
    return on(first, chosen)


MakeLanguage = Callable[[Settings, float, ActiveModel | None], Language]
MakeShop = Callable[[AsyncEngine, Clock, Policy, Path], Shop]


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


MakeAdapters = Callable[[Assistant, Policy], Sequence[Adapter]]


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
    shop_folder: Path | None = None,
) -> AsyncIterator[Shophand]:
    """Open the store and wire everything to it."""
    async with open_shop(settings, clock=clock, shop_folder=shop_folder, make_shop=make_shop) as opened:
        models = ModelStore(opened.engine, clock)
        speaks = _speaking(settings, opened.policy.max_error, language, await models.active())
        try:
            yield _wire(settings, opened, clock, make_adapters, speaks, models, new_id, new_salt)
        finally:
            speaks.close()


def _speaking(settings: Settings, max_error: float, make: MakeLanguage, chosen: ActiveModel | None) -> Language:
    """The language of the chosen model; one that cannot be loaded keeps no shop closed: then the settings' model."""
    try:
        return make(settings, max_error, chosen)
    except ModelError as problem:
        if chosen is None:
            raise
        log.error("the model of the settings answers in place of the chosen one: %s", problem)
        return make(settings, max_error, None)


@dataclass(frozen=True, slots=True)
class OpenShop:
    """The store and the shop in it, without the assistant."""

    engine: AsyncEngine
    policy: Policy
    shop: Shop
    replies: tuple[CannedReply, ...]
    imported: Report | None = None  # of `import_from`


@asynccontextmanager
async def open_shop(
    settings: Settings,
    *,
    clock: Clock,
    shop_folder: Path | None = None,
    import_from: Path | None = None,
    progress: Progress = quiet,
    make_shop: MakeShop = SqlShop,
) -> AsyncIterator[OpenShop]:
    """Open the store, migrated; an empty one is filled from the shop folder, any one from `import_from` if given.

    `shop_folder`: read shop.toml, policy.toml, knowledge and replies from there instead of the home.
    BadInput lists what is wrong.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    try:
        await migrate(engine)
        await refresh(engine)
        imported = await fill(engine, import_from, clock, progress) if import_from else None
        if import_from:
            adopt(import_from, settings.home)
        folder = shop_folder or home_shop(settings.home, settings.shop or SAMPLE)
        if await is_empty(engine):
            await fill(engine, shop_folder or settings.shop or SAMPLE, clock)
        policy = read_policy(folder)
        if faults := mode_faults(policy):
            raise BadInput("\n".join(faults))
        shop = make_shop(engine, clock, policy, folder / "knowledge")
        yield OpenShop(engine, policy, shop, read_replies(folder), imported)
    finally:
        await engine.dispose()


def _wire(
    settings: Settings,
    opened: OpenShop,
    clock: Clock,
    make_adapters: MakeAdapters,
    language: Language,
    models: ModelStore,
    new_id: Callable[[], str],
    new_salt: Callable[[], bytes],
) -> Shophand:
    engine, policy, shop = opened.engine, opened.policy, opened.shop
    keys, words, watchers = Keys.of(settings.home), Words.of(settings, policy), Watchers()

    # the store
    inbox, outbox = InboxStore(engine, clock), OutboxStore(engine, clock)
    conversations, desk = ConversationStore(engine, clock), DeskStore(engine, clock)
    staff, links = StaffStore(engine, clock), StaffLinkStore(engine, clock)
    modes = mode_store(engine, clock, policy)
    ways_back = WayBackStore(engine, clock, settings.public_url, timedelta(hours=leaving.HOURS), new_salt)
    codes = CodeStore(engine, clock, keys.codes, new_salt)

    # what channels and desks talk to
    assistant = Assistant(
        inbox=inbox,
        transcripts=conversations,
        desk=desk,
        staff=staff,
        links=links,
        audit=AuditStore(engine),
        modes=modes,
        leases=LeaseStore(engine, clock),
        calls=CallStore(engine),
        ways_back=ways_back,
        canned=Canned(opened.replies, shop, conversations.load, policy.shop.name, words.to_traditional, clock),
        watchers=watchers,
        desk_words=lambda key: words.of_staff["desk"][key],
        command_words=lambda language: words.book.terms(language)["command"],
        files=settings.home / "files",
        wake=lambda conversation_id: dispatcher.wake(conversation_id),  # it comes last: it needs the channels
        clock=clock,
    )
    adapters = list(make_adapters(assistant, policy))
    channels = {adapter.channel.name: adapter.channel for adapter in adapters}
    desks = {adapter.desk.name: adapter.desk for adapter in adapters if adapter.desk}

    # what works a turn
    store = TurnRows(inbox, conversations, desk, PromiseStore(engine), ways_back)
    actions = ActionStore(engine, clock)
    identity = Identity(TryStore(engine, clock), codes, LinkStore(engine, clock), ProofStore(engine), keys.links)
    dialogue_settings = _dialogue_settings(settings, policy, tuple(desks))

    def dialogue_of(language: Language) -> Dialogue:
        speech = words.speech(language.writer)
        return Dialogue(
            store=store,
            interpreter=language.interpreter,
            fulfilment=Fulfilment(
                shop, actions, identity, SKILLS, speech.say, policy.shop.zone, assistant.keep_file,
                Meaning(language.encoder).alike,
            ),
            speech=speech,
            skills=SKILLS,
            settings=dialogue_settings,
            modes=modes,
            clock=clock,
            new_id=new_id,
            looks=watchers.watched if settings.public_url and settings.smtp_url.get_secret_value() else None,
        )  # fmt: skip

    live = LiveDialogue(language, dialogue_of, models, clock)

    # what runs
    worker = Worker(store, live, channels, assistant.keep_file, watchers.changed)
    carrier = Carrier(
        outbox, channels, desks, watchers.changed, codes.reveal, ways_back.issue, _openings(desk, words)
    )  # fmt: skip
    dispatcher = LocalDispatcher(worker, carrier, inbox.fire_timers)
    return Shophand(
        engine, policy, assistant, dispatcher, inbox, conversations, desk, staff, links, shop, live, models, modes,
        adapters,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The phrase book with the owner's wording over ours, and how this shop writes."""

    book: PhraseBook
    zone: ZoneInfo
    english: str  # the Babel locale of English texts
    staff_language: str
    to_traditional: Callable[[str], str]

    @classmethod
    def of(cls, settings: Settings, policy: Policy) -> "Words":
        owner = settings.home / "phrases"
        book = PhraseBook.load(PHRASES, owner if owner.is_dir() else None)
        english = policy.market(policy.shop.market).locales.get("en", "en_GB")
        return cls(book, policy.shop.zone, english, settings.staff_language, OpenCC("s2tw").convert)

    @property
    def of_staff(self) -> Terms:
        return self.book.terms(self.staff_language)

    def speech(self, writer: ReplyWriter) -> Speech:
        return Speech(writer, self.book, self.zone, self.english, self.to_traditional)


def _openings(desk: DeskStore, words: Words) -> Callable[[str], Awaitable[DeskPost | None]]:
    """The post that opens a handoff's thread, once more."""

    async def opening_of(handoff_id: str) -> DeskPost | None:
        view = await desk.handoff(handoff_id)
        if view is None:
            return None
        return opening(view.id, view.kind, view.reason, view.summary, view.name or view.channel, words.of_staff)

    return opening_of


def mode_store(engine: AsyncEngine, clock: Clock, policy: Policy) -> ModeStore:
    return ModeStore(engine, clock, {market.name: market.modes for market in policy.markets.values()}, tuple(VERBS))


def _dialogue_settings(settings: Settings, policy: Policy, desks: tuple[str, ...]) -> DialogueSettings:
    limits = Limits(
        approval_above={
            market.approval_limit.currency: market.approval_limit.minor for market in policy.markets.values()
        },
        home=policy.shop.market,
        emergency={market.name: market.emergency_numbers for market in policy.markets.values()},
        confirmation_minutes=settings.confirmation_minutes,
    )
    wait = timedelta(minutes=settings.wait_minutes)
    return DialogueSettings(limits, desks, wait, policy.hours, policy.deadlines, settings.staff_language)


# --- channels ---------------------------------------------------------------------------------------------------------


def channels_of(settings: Settings) -> MakeAdapters:
    """The adapters that have a setting; web chat, console and mail always."""

    def make(assistant: Assistant, policy: Policy) -> list[Adapter]:
        name = policy.shop.name
        made: list[Adapter] = [
            WebAdapter(
                assistant,
                assistant,
                secret=Keys.of(settings.home).cookies,
                shop_name=name.texts,
                pictures=policy.shop.picture_origins,
                public_url=settings.public_url,
            ),
            mail_adapter(settings, name.text("en"), assistant.file),
        ]
        if token := settings.telegram_token.get_secret_value():
            made.append(
                TelegramAdapter(
                    assistant,
                    assistant,
                    TelegramSettings(
                        token=token,
                        mode=settings.telegram_mode,
                        public_url=settings.public_url,
                        secret_token=settings.telegram_secret.get_secret_value(),
                        staff_group=settings.telegram_staff_group,
                        base_url=settings.telegram_api,
                    ),
                )
            )
        if token := settings.slack_bot_token.get_secret_value():
            made.append(
                SlackAdapter(
                    assistant,
                    assistant,
                    SlackSettings(
                        bot_token=token,
                        signing_secret=settings.slack_signing_secret.get_secret_value(),
                        app_token=settings.slack_app_token.get_secret_value(),
                        staff_channel=settings.slack_staff_channel,
                        base_url=settings.slack_api,
                    ),
                )
            )
        return made

    return make


def mail_adapter(settings: Settings, subject: str, read_file: ReadFile) -> MailAdapter:
    url, folder = settings.smtp_url.get_secret_value(), settings.home / "mail"
    return MailAdapter(url, settings.mail_from, subject, folder, read_file)
