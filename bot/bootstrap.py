"""The composition root: the one place that knows every part. Its arguments are the outside world.

With cli the only part of `bot` that imports adapters and model.
"""

import logging
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

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
from bot.handoff import opening
from bot.identity import Identity
from bot.links import derived
from bot.live import LiveDialogue
from bot.meaning import Meaning
from bot.messages import DeskPost
from bot.phrases import PhraseBook
from bot.ports import ActiveModel, Adapter, CannedReply, Clock, Language
from bot.settings import Settings
from bot.shop.folder import TEXT_FOLDERS, Progress, Report, mode_faults
from bot.shop.indexing import refresh
from bot.shop.policy import POLICY_FILE, SHOP_FILE, Policy, read_policy
from bot.shop.replies import read_replies
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, import_shop, is_empty, quiet
from bot.shop.verbs import VERBS
from bot.skills import SKILLS
from bot.speech import Speech
from bot.store.actions import ActionStore, TryStore
from bot.store.audit import AuditStore
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
LINKS = "signed links"  # what the key of the shop's account page is for


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
            adopt(settings, import_from)
        folder = shop_folder or home_shop(settings)
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
    inbox, conversations, outbox = (
        InboxStore(engine, clock),
        ConversationStore(engine, clock),
        OutboxStore(engine, clock),
    )
    desk, staff, links = DeskStore(engine, clock), StaffStore(engine, clock), StaffLinkStore(engine, clock)
    secret = home_secret(settings.home)
    back_key = derived(secret, "way back")
    watchers, modes = Watchers(), mode_store(engine, clock, policy)
    store = TurnRows(inbox, conversations, desk, PromiseStore(engine))
    owner_phrases = settings.home / "phrases"
    phrases = PhraseBook.load(PHRASES, owner_phrases if owner_phrases.is_dir() else None)
    english, to_traditional = policy.market(policy.shop.market).locales.get("en", "en_GB"), OpenCC("s2tw").convert
    wake: list[Callable[[str], None]] = []  # the dispatcher comes last: it needs the worker, which needs the channels
    assistant = Assistant(
        inbox,
        conversations,
        desk,
        staff,
        links,
        AuditStore(engine),
        modes,
        LeaseStore(engine, clock),
        Canned(opened.replies, shop, conversations.load, policy.shop.name, to_traditional, clock),
        watchers,
        lambda key: phrases.terms(settings.staff_language)["desk"][key],
        lambda language: phrases.terms(language)["command"],
        settings.home / "files",
        lambda name: [call(name) for call in wake] and None,
        lambda token: leaving.opened(back_key, token, clock.now()),
        clock,
    )
    adapters = list(make_adapters(assistant, policy))
    channels = {adapter.channel.name: adapter.channel for adapter in adapters}
    desks = {adapter.desk.name: adapter.desk for adapter in adapters if adapter.desk}
    actions = ActionStore(engine, clock)
    codes = CodeStore(engine, clock, derived(secret, "one-time codes"), new_salt)
    identity = Identity(
        TryStore(engine, clock), codes, LinkStore(engine, clock), ProofStore(engine), derived(secret, LINKS)
    )

    mails = settings.public_url and settings.smtp_url.get_secret_value()
    way_back = leaving.WayBack(leaving.sealed(back_key, settings.public_url), watchers.watched) if mails else None

    def dialogue_of(language: Language) -> Dialogue:
        speech = Speech(language.writer, phrases, policy.shop.zone, english, to_traditional)
        return Dialogue(
            store=store,
            interpreter=language.interpreter,
            fulfilment=Fulfilment(
                shop, actions, identity, SKILLS, speech.say, policy.shop.zone, assistant.keep_file,
                Meaning(language.encoder).alike,
            ),
            speech=speech,
            skills=SKILLS,
            settings=_dialogue_settings(settings, policy, tuple(desks)),
            modes=modes,
            clock=clock,
            new_id=new_id,
            way_back=way_back,
        )

    live = LiveDialogue(language, dialogue_of, models, clock)
    worker = Worker(store, live, channels, assistant.keep_file, watchers.changed)

    async def opening_of(handoff_id: str) -> DeskPost | None:
        view, terms = await desk.handoff(handoff_id), phrases.terms(settings.staff_language)
        if view is None:
            return None
        return opening(view.id, view.kind, view.reason, view.summary, view.name or view.channel, terms)

    carrier = Carrier(outbox, channels, desks, watchers.changed, codes.reveal, opening_of)
    dispatcher = LocalDispatcher(worker, carrier, inbox.fire_timers)
    wake.append(dispatcher.wake)
    return Shophand(
        engine, policy, assistant, dispatcher, inbox, conversations, desk, staff, links, shop, live, models, modes,
        adapters,
    )  # fmt: skip


class TurnRows:
    """The store's parts as one TurnStore."""

    def __init__(
        self, inbox: InboxStore, conversations: ConversationStore, desk: DeskStore, promises: PromiseStore
    ) -> None:
        self.claim, self.release = inbox.claim, inbox.release
        self.load, self.history, self.commit = conversations.load, conversations.history, conversations.commit
        self.promises = promises.open_ones
        self.handoff, self.confirmation, self.claims = desk.handoff, desk.confirmation, desk.claims
        self.colleagues, self.leads, self.crew = desk.colleagues, desk.leads, desk.crew


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


# --- the shop's folder -----------------------------------------------------------------------------------------------


def home_shop(settings: Settings) -> Path:
    """The folder that shop.toml, policy.toml and knowledge/ are read from: the home, filled at first start."""
    source = settings.shop or SAMPLE
    if not (source / SHOP_FILE).is_file():
        raise BadInput(f"{source} has no {SHOP_FILE}: SHOPHAND_SHOP must name a folder as in docs/import-format.md")
    settings.home.mkdir(parents=True, exist_ok=True)
    if not (settings.home / SHOP_FILE).exists():
        adopt(settings, source)
    return settings.home


def adopt(settings: Settings, source: Path) -> None:
    """Make a shop folder's settings, knowledge and replies the home's; the owner edits them there."""
    for name in (SHOP_FILE, POLICY_FILE):
        shutil.copy(source / name, settings.home / name)
    for name in TEXT_FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, settings.home / name, dirs_exist_ok=True)


async def fill(engine: AsyncEngine, folder: Path, clock: Clock, progress: Progress = quiet) -> Report:
    """Import a shop folder into the store. BadInput lists every bad row."""
    report = await import_shop(engine, folder, clock.now(), progress)
    if report.problems:
        raise BadInput("\n".join(map(str, report.problems)))
    return report


# --- channels ---------------------------------------------------------------------------------------------------------


def channels_of(settings: Settings) -> MakeAdapters:
    """The adapters that have a setting; web chat, console and mail always."""

    def make(assistant: Assistant, policy: Policy) -> list[Adapter]:
        name = policy.shop.name
        made: list[Adapter] = [
            WebAdapter(
                assistant,
                assistant,
                secret=home_secret(settings.home),
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


def home_secret(home: Path) -> bytes:
    """The key that signs visitors' cookies, and that others are derived from; made once, for the owner only to read."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "secret.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
    return file.read_bytes()
