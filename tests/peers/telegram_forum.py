"""A staff group with topics at the Bot API on loopback: what it refuses in a forum, and what people do there.

After core.telegram.org/bots/api (createForumTopic and its like) and the Bot API FAQ: 20 messages a minute to one group.
"""

import json
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from peers.telegram import BOT, Chat, Refusal, TelegramPeer

PAYLOADS = Path(__file__).parents[1] / "payloads" / "telegram"
GROUP = -1004002
OUT = {"kicked": "was kicked from", "left": "is not a member of"}
MINUTE, MESSAGES = timedelta(seconds=60), 20
RIGHTS = ("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
          "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
          "can_edit_stories", "can_delete_stories")  # fmt: skip


@dataclass
class Topic:
    """One the bot has made."""

    name: str
    closed: bool = False


class ForumPeer(TelegramPeer):
    """`member` and `manages` say what the bot is in the group and whether it may manage topics."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.group = self.chat(GROUP, type="supergroup")
        self.topics: dict[int, Topic] = {}
        self.is_forum, self.member, self.manages = True, "administrator", True
        self._taken: deque[datetime] = deque()  # when the messages of the last minute came

    # --- what the test does as the people in the group ----------------------------------------------------------------

    def texts(self, topic: int) -> list[str]:
        """What stands in a topic; a document by its file's name."""
        here = [sent for sent in self.sent if sent["chat_id"] == GROUP and sent.get("message_thread_id") == str(topic)]
        return [sent.get("text") or sent["document"] for sent in here]

    def keys(self, topic: int) -> list[str]:
        """The data of the buttons in a topic."""
        rows = [row for sent in self.sent if sent.get("message_thread_id") == str(topic)
                for row in sent.get("reply_markup", {}).get("inline_keyboard", [])]  # fmt: skip
        return [key["callback_data"] for row in rows for key in row if "callback_data" in key]

    async def write(self, user: int, text: str, topic: int = 0, **fields: Any) -> int:
        """Somebody writes in a topic; without one, in General. `fields` are added: a photo, a service message."""
        message = deepcopy(_payload("topic_mention")["message"])
        command = text.split(maxsplit=1)[0] if text[:1] == "/" and text[1:2].isalpha() else ""
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
        self._next_message += 1
        message |= {"message_id": self._next_message, "text": text, "message_thread_id": topic}
        message["from"] |= {"id": user, "first_name": f"U{user}"}
        message |= fields
        if not topic:
            del message["message_thread_id"], message["is_topic_message"]
        if not text:
            del message["text"]
        return await self.push({"message": message})

    async def press(self, user: int, data: str, query_id: str = "98765", topic: int = 0) -> int:
        """With its topic, it is the button of that data there."""
        query = deepcopy(_payload("button_in_group")["callback_query"]) | {"id": query_id, "data": data}
        query["from"]["id"] = user
        if topic:
            here = [sent for sent in self.sent if sent.get("message_thread_id") == str(topic)]
            under = next(sent for sent in here if data in str(sent.get("reply_markup", "")))
            query["message"] |= {"message_id": under["message_id"], "message_thread_id": topic,
                                 "reply_markup": under["reply_markup"]}  # fmt: skip
        return await self.push({"callback_query": query})

    # --- what the Bot API says ----------------------------------------------------------------------------------------

    def _methods(self) -> dict[str, Any]:
        return {**super()._methods(), "createforumtopic": self._create, "closeforumtopic": self._close,
                "reopenforumtopic": self._reopen, "senddocument": self._send_document, "getchat": self._get_chat,
                "getchatmember": self._get_chat_member}  # fmt: skip

    def _reachable(self, chat_id: str) -> Chat:
        chat = super()._reachable(chat_id)
        if chat_id == str(GROUP) and self.member in OUT:
            raise Refusal(403, f"Forbidden: bot {OUT[self.member]} the supergroup chat")
        return chat

    def _writable(self, asked: dict[str, Any]) -> Chat:
        if str(asked.get("chat_id")) != str(GROUP):
            return super()._writable(asked)
        chat = self._inside(asked)
        thread = asked.get("message_thread_id")
        if thread is not None and int(thread) not in self.topics:
            raise Refusal(400, "Bad Request: message thread not found")
        if thread is not None and self.topics[int(thread)].closed and not self.manages:
            raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        self._count()
        return chat

    def _inside(self, asked: dict[str, Any]) -> Chat:
        return self._reachable(str(asked.get("chat_id")))

    def _count(self) -> None:
        now = self._now()
        while self._taken and now - self._taken[0] >= MINUTE:
            self._taken.popleft()
        if len(self._taken) >= MESSAGES:
            self._flood(self._taken[0] + MINUTE - now)
        self._taken.append(now)

    async def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._inside(asked)
        if not self.is_forum:
            raise Refusal(400, "Bad Request: the chat is not a forum")
        if not self.manages:
            raise Refusal(400, "Bad Request: not enough rights to create a topic")
        name = asked.get("name", "").strip()
        if not 1 <= len(name.encode("utf-16-le")) // 2 <= 128:
            raise Refusal(400, "Bad Request: TOPIC_TITLE_INVALID")
        self._count()
        self._next_message += 1
        self.topics[self._next_message] = Topic(name)
        return {"message_thread_id": self._next_message, "name": name, "icon_color": 7322096}

    async def _close(self, asked: dict[str, Any]) -> bool:
        return self._change(asked, closed=True)

    async def _reopen(self, asked: dict[str, Any]) -> bool:
        return self._change(asked, closed=False)

    def _change(self, asked: dict[str, Any], *, closed: bool) -> bool:
        """Who made a topic may close it and open it again, whatever his rights."""
        self._inside(asked)
        topic = self.topics.get(int(asked["message_thread_id"]))
        if topic is None:
            raise Refusal(400, "Bad Request: TOPIC_ID_INVALID")
        if topic.closed is closed:
            raise Refusal(400, "Bad Request: TOPIC_NOT_MODIFIED")
        self._count()
        topic.closed = closed
        return True

    async def _send_document(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat, document = self._writable(asked), asked["document"]
        content = document.file.read()
        if not content:
            raise Refusal(400, "Bad Request: file must be non-empty")
        self._next_message += 1
        self.files[document.filename] = content
        self.sent.append({**asked, "chat_id": chat.id, "document": document.filename, "message_id": self._next_message})
        return {"message_id": self._next_message, "date": 1790000000, "from": BOT,
                "chat": {"id": chat.id, "type": chat.type, "title": "Desk"}}  # fmt: skip

    async def _get_chat(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._inside(asked)
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return {"id": GROUP, "type": "supergroup", "title": "Desk", "is_forum": self.is_forum, "accent_color_id": 1,
                "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}  # fmt: skip

    async def _get_chat_member(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._inside(asked)
        if self.member == "member":
            return {"status": "member", "user": BOT}
        rights = dict.fromkeys(RIGHTS, False)
        return {"status": "administrator", "user": BOT, **rights, "can_manage_topics": self.manages}


def _payload(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]
