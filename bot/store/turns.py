"""The store's parts as one TurnStore (bot/turn.py)."""

from bot.store.conversations import ConversationStore
from bot.store.desk import DeskStore
from bot.store.inbox import InboxStore
from bot.store.promises import PromiseStore
from bot.store.ways_back import WayBackStore


class TurnRows:
    def __init__(
        self,
        inbox: InboxStore,
        conversations: ConversationStore,
        desk: DeskStore,
        promises: PromiseStore,
        ways_back: WayBackStore,
    ) -> None:
        self.claim, self.release, self.said_since = inbox.claim, inbox.release, inbox.said_since
        self.load, self.history, self.commit = conversations.load, conversations.history, conversations.commit
        self.attempts = conversations.attempts
        self.promises, self.mailed_to = promises.open_ones, ways_back.mailed_to
        self.handoff, self.handoffs = desk.handoff, desk.handoffs
        self.confirmation, self.claims = desk.confirmation, desk.claims
        self.leads, self.crew = desk.leads, desk.crew
