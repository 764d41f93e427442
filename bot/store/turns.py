"""The store's parts as one TurnStore (bot/turn.py)."""

from bot.store.conversations import ConversationStore
from bot.store.desk import DeskStore
from bot.store.inbox import InboxStore
from bot.store.promises import PromiseStore


class TurnRows:
    def __init__(
        self, inbox: InboxStore, conversations: ConversationStore, desk: DeskStore, promises: PromiseStore
    ) -> None:
        self.claim, self.release = inbox.claim, inbox.release
        self.load, self.history, self.commit = conversations.load, conversations.history, conversations.commit
        self.attempts = conversations.attempts
        self.promises = promises.open_ones
        self.handoff, self.handoffs = desk.handoff, desk.handoffs
        self.confirmation, self.claims = desk.confirmation, desk.claims
        self.colleagues, self.leads, self.crew = desk.colleagues, desk.leads, desk.crew
