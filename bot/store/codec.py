"""Messages, replies and desk posts as JSON, by their dataclass types."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from bot.conversation import Confirmation
from bot.messages import Address, Card, DeskPost, InboundMessage, Reply

Value = TypeVar("Value")


class Codec(Generic[Value]):
    def __init__(self, of: Any) -> None:
        self._adapter: TypeAdapter[Value] = TypeAdapter(of)

    def dump(self, value: Value) -> Any:
        return self._adapter.dump_python(value, mode="json")

    def load(self, value: Any) -> Value:
        return self._adapter.validate_python(value)


ADDRESS: Codec[Address] = Codec(Address)
CARDS: Codec[tuple[Card, ...]] = Codec(tuple[Card, ...])
INBOUND: Codec[InboundMessage] = Codec(InboundMessage)
REPLY: Codec[Reply] = Codec(Reply)
DESK_POST: Codec[DeskPost] = Codec(DeskPost)
CONFIRMATION: Codec[Confirmation] = Codec(Confirmation)
