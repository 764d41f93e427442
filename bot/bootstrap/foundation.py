"""What every part of the product stands on: the open shop, its keys, its words, and the stores of its database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from opencc import OpenCC

from bot import leaving
from bot.assistant import Watchers
from bot.bootstrap.shop import OpenShop, mode_store
from bot.desk_posts import Terms
from bot.keys import Keys
from bot.phrases import PHRASES, PhraseBook
from bot.ports import Clock, ReplyWriter
from bot.settings import Settings
from bot.shop.policy import Policy
from bot.speech import Speech
from bot.store.codes import CodeStore
from bot.store.conversations import ConversationStore
from bot.store.desk import DeskStore
from bot.store.inbox import InboxStore
from bot.store.links import StaffLinkStore
from bot.store.modes import ModeStore
from bot.store.outbox import OutboxStore
from bot.store.staff import StaffStore
from bot.store.ways_back import WayBackStore


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


@dataclass(frozen=True, slots=True)
class Foundation:
    settings: Settings
    opened: OpenShop
    clock: Clock
    keys: Keys
    words: Words
    watchers: Watchers
    inbox: InboxStore
    outbox: OutboxStore
    conversations: ConversationStore
    desk: DeskStore
    staff: StaffStore
    links: StaffLinkStore
    modes: ModeStore
    codes: CodeStore
    ways_back: WayBackStore

    @classmethod
    def of(
        cls, settings: Settings, opened: OpenShop, clock: Clock, new_salt: Callable[[], bytes],
        jitter: Callable[[], float],
    ) -> "Foundation":  # fmt: skip
        engine, policy, keys = opened.engine, opened.policy, Keys.of(settings.home)
        return cls(
            settings=settings,
            opened=opened,
            clock=clock,
            keys=keys,
            words=Words.of(settings, policy),
            watchers=Watchers(),
            inbox=InboxStore(engine, clock),
            outbox=OutboxStore(engine, clock, jitter),
            conversations=ConversationStore(engine, clock),
            desk=DeskStore(engine, clock),
            staff=StaffStore(engine, clock),
            links=StaffLinkStore(engine, clock),
            modes=mode_store(engine, clock, policy),
            codes=CodeStore(engine, clock, keys.codes, new_salt),
            ways_back=WayBackStore(engine, clock, settings.public_url, timedelta(hours=leaving.HOURS), new_salt),
        )
