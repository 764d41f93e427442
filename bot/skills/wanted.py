"""What suggestions were asked for so far: kept from turn to turn, so that the next message only says what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from bot.budget import Budget
from bot.commerce import Filters, Taste

_KEPT = 300  # characters of a message


@dataclass(frozen=True, slots=True)
class Wanted:
    words: str = ""  # for the kind of goods
    said: str = ""  # where there are none: the message that began it
    like: str = ""  # product id: goods of its kind
    color: str = ""
    size: str = ""
    limits: Budget = field(default_factory=Budget)

    @property
    def begun(self) -> bool:
        """Whether it says what kind of goods."""
        return bool(self.words or self.said or self.like)

    def narrowed(self, slots: Mapping[str, str], limits: Budget) -> "Wanted":
        """With the colour, the size and the limits of a message in place of those of before."""
        return replace(
            self, color=slots.get("color", "") or self.color, size=slots.get("size", "") or self.size,
            limits=limits if limits != Budget() else self.limits,
        )  # fmt: skip

    def taste(self, without: frozenset[str], beside: tuple[str, ...] = ()) -> Taste:
        """`without`: product ids that are left out. `beside`: what it is to go with, whatever its kind."""
        low, high = self.limits.low, self.limits.high
        filters = Filters(color=self.color, size=self.size, price_min=low, price_max=high)
        if beside:
            return Taste(filters=filters, beside=beside, without=without)
        return Taste(self.words, "" if self.words else self.said, filters, instead=self.like, without=without)


_JSON = TypeAdapter(Wanted)


def dumps(wanted: Wanted) -> str:
    kept = replace(wanted, words=wanted.words[:_KEPT], said=wanted.said[:_KEPT])
    return _JSON.dump_json(kept, exclude_defaults=True).decode()


def loads(text: str) -> Wanted:
    """Nothing wanted where the text is none of ours, as an earlier version may have left it."""
    try:
        return _JSON.validate_json(text)
    except ValueError:
        return Wanted()
