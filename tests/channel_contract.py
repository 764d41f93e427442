"""What every Channel promises, whatever the platform. A channel's test builds a rig and runs CHECKS over it:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_contract(check, rig): await check(rig)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pytest

from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Button, Card, Reply
from bot.ports import Channel


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as the person on the other side sees it."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()  # (label, value); () where the platform has none


class Rig(Protocol):
    """A channel with somebody on the other side."""

    channel: Channel
    address: Address
    buttons: bool  # False: buttons arrive as a numbered list in the text
    long_text: int  # characters of a reply that the platform takes only in parts (or whole, where it has no limit)

    def delivered(self) -> Sequence[Delivered]: ...

    def flood(self, seconds: int) -> bool:
        """Make the platform refuse the next message for `seconds`; False where that cannot happen."""
        ...

    def block(self) -> bool:
        """Make the person unreachable for good; False where that cannot happen."""
        ...


async def text_arrives_unchanged(rig: Rig) -> None:
    text = "Order <1042> & *co* _today_ — 订单已发货 👍🏽\n£12.50 at https://shop.example/a_b?x=1&y=2"
    await rig.channel.send(rig.address, Reply(text), "m1")
    assert [message.text for message in rig.delivered()] == [text]


async def order_is_kept(rig: Rig) -> None:
    for number in range(5):
        await rig.channel.send(rig.address, Reply(f"line {number}"), f"m{number}")
    assert [message.text for message in rig.delivered()] == [f"line {number}" for number in range(5)]


async def every_send_has_its_own_id(rig: Rig) -> None:
    ids = [await rig.channel.send(rig.address, Reply("same"), f"m{number}") for number in range(2)]
    assert all(ids) and len(set(ids)) == 2


async def buttons_arrive(rig: Rig) -> None:
    await rig.channel.send(
        rig.address, Reply("Cancel it?", (Button("Yes, cancel", "yes:7"), Button("不用了", "n" * 64))), "m1")
    last = rig.delivered()[-1]
    if rig.buttons:
        assert last.buttons == (("Yes, cancel", "yes:7"), ("不用了", "n" * 64))
    else:
        assert "1. Yes, cancel\n2. 不用了" in last.text


async def cards_arrive(rig: Rig) -> None:
    await rig.channel.send(rig.address, Reply("Here:", cards=(Card("Order 1042", (("Total", "£12.50"),)),)), "m1")
    text = "\n".join(message.text for message in rig.delivered())
    assert text.index("Here:") < text.index("Order 1042") < text.index("£12.50")


async def long_text_loses_nothing(rig: Rig) -> None:
    words = [f"word{number}." for number in range(rig.long_text // 8)]
    await rig.channel.send(rig.address, Reply(" ".join(words), (Button("More", "more"),)), "m1")
    assert " ".join(message.text for message in rig.delivered()).split()[:len(words)] == words


async def typing_never_raises(rig: Rig) -> None:
    await rig.channel.typing(rig.address)
    rig.block()
    await rig.channel.typing(rig.address)


async def flood_is_temporary(rig: Rig) -> None:
    if not rig.flood(7):
        pytest.skip("this platform has no flood limit")
    with pytest.raises(TemporaryFailure) as failure:
        await rig.channel.send(rig.address, Reply("hello"), "m1")
    assert failure.value.retry_after == 7
    await rig.channel.send(rig.address, Reply("hello"), "m1")
    assert [message.text for message in rig.delivered()] == ["hello"]


async def blocked_is_permanent(rig: Rig) -> None:
    if not rig.block():
        pytest.skip("nobody can be unreachable here")
    with pytest.raises(PermanentFailure):
        await rig.channel.send(rig.address, Reply("hello"), "m1")


CHECKS = (text_arrives_unchanged, order_is_kept, every_send_has_its_own_id, buttons_arrive, cards_arrive,
          long_text_loses_nothing, typing_never_raises, flood_is_temporary, blocked_is_permanent)
