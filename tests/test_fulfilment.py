"""Step 8: a confirmed write is done at most once, whatever happens in between."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from policy_talk import order

from bot.commerce import Answer, AnswerStatus, Write
from bot.conversation import Confirmation, Conversation, Flow
from bot.decision import Read
from bot.facts import Act, Text
from bot.fulfilment import Fulfilment
from bot.identity import Identity
from bot.messages import Address
from bot.skill import Outcome, Request, Skill
from bot.skills import SKILLS
from bot.turn import Begun

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EMMA = Conversation("c", Address("telegram", "bot", "7", user="7"), language="en")
CONFIRM = Act("confirm:cancel_order", {"order": Text("10423")})
PENDING = Confirmation("key", "cancel_order", "cancel", {"order": "10423"}, CONFIRM, 4, NOW)
DONE: Answer[Any] = Answer(AnswerStatus.DONE, order("10423"))


@dataclass
class Shop:
    """`known` is what it can say about a write after a crash."""

    answer: Answer[Any] = DONE
    known: Answer[Any] | None = None
    done: list[Write] = field(default_factory=list)

    async def perform(self, write: Write) -> Answer[Any]:
        self.done.append(write)
        return self.answer

    async def reconcile(self, key: str) -> Answer[Any] | None:
        return self.known


@dataclass
class Log:
    """Keeps started and finished writes; `waits`: a later message of the shopper is there."""

    rows: dict[str, str] = field(default_factory=dict)
    waits: bool = False

    async def begin(
        self, confirmation: Confirmation, actor: str, conversation_id: str, *, unless_after: int | None
    ) -> Begun | None:
        if confirmation.id in self.rows:
            return Begun(fresh=False)
        if self.waits and unless_after is not None:
            return None
        self.rows[confirmation.id] = "started"
        return Begun(fresh=True)

    async def withdraw(self, key: str) -> None:
        del self.rows[key]

    async def finish(self, key: str, answer: Any) -> None:
        self.rows[key] = f"finished {answer['status']}"


NOBODY = Identity(*[None] * 4, b"")  # type: ignore[arg-type] - nobody proves who he is here


def fulfilment(shop: Shop, log: Log | None = None) -> Fulfilment:
    return Fulfilment(shop, log or Log(), NOBODY, SKILLS, lambda fact, language: str(fact))  # type: ignore[arg-type]


# --- reads -----------------------------------------------------------------------------------------------------------


async def test_a_skill_is_told_the_day_it_is_in_the_shops_zone() -> None:
    told: list[Request] = []

    async def run(shop: Any, request: Request) -> Outcome:
        told.append(request)
        return Outcome(Act("greet"))

    skill, night = Skill("greet", (), run, ("greet",)), datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    for zone in ("Europe/London", "Asia/Shanghai", "America/New_York"):
        asked = Fulfilment(Shop(), Log(), NOBODY, (skill,), lambda fact, language: "", ZoneInfo(zone))  # type: ignore[arg-type]
        await asked.read(Read("greet", Flow("greet", ""), "en"), EMMA, None, "", night)
    assert [(request.today.day, request.now) for request in told] == [(2, night), (2, night), (1, night)]


# --- writes ----------------------------------------------------------------------------------------------------------


async def perform(shop: Shop, log: Log, after: int | None = 5) -> Any:
    return await fulfilment(shop, log).perform(PENDING, "shopper", EMMA, unless_after=after)


async def test_a_write_is_done_with_what_was_confirmed_under_the_confirmations_id() -> None:
    shop, log = Shop(), Log()
    outcome = await perform(shop, log)
    assert shop.done == [Write("key", "cancel", {"order": "10423"}, 4, "shopper")]
    assert (outcome.act.name, outcome.act.facts, log.rows) == (
        "done:cancel_order",
        CONFIRM.facts,
        {"key": "finished done"},
    )


async def test_with_a_later_message_waiting_nothing_is_done() -> None:
    shop, log = Shop(), Log(waits=True)
    assert (await perform(shop, log), shop.done, log.rows) == (None, [], {})


async def test_a_write_that_ran_before_the_crash_is_told_and_not_done_again() -> None:
    shop, log = Shop(known=DONE), Log({"key": "started"}, waits=True)
    outcome = await perform(shop, log)
    assert (outcome.act.name, shop.done) == ("done:cancel_order", [])


async def test_a_write_that_never_ran_is_done_after_the_crash() -> None:
    shop, log = Shop(known=Answer(AnswerStatus.REFUSED, reason="not_started")), Log({"key": "started"})
    outcome = await perform(shop, log)
    assert (outcome.act.name, len(shop.done)) == ("done:cancel_order", 1)


async def test_a_write_that_never_ran_is_taken_back_by_a_message_that_came_since() -> None:
    shop, log = Shop(known=Answer(AnswerStatus.REFUSED, reason="not_started")), Log({"key": "started"}, waits=True)
    assert (await perform(shop, log), shop.done, log.rows) == (None, [], {})


async def test_a_write_whose_fate_the_shop_cannot_tell_is_never_fired_again() -> None:
    shop, log = Shop(known=None), Log({"key": "started"})
    outcome = await perform(shop, log)
    assert (outcome.act.name, shop.done, log.rows) == ("refused:cancel_order/unknown", [], {"key": "started"})


@pytest.mark.parametrize(
    ("answer", "act"),
    [
        (Answer(AnswerStatus.PENDING), "pending:cancel_order"),
        (Answer(AnswerStatus.UNSUPPORTED), "refused:cancel_order/unsupported"),
        (Answer(AnswerStatus.REFUSED, reason="changed"), "refused:cancel_order/changed"),
        (Answer(AnswerStatus.REFUSED, reason="shipped"), "refused:cancel_order/shipped"),
        (Answer(AnswerStatus.REFUSED, reason="a rule without words"), "refused:cancel_order/unsupported"),
    ],
)
async def test_every_answer_of_the_shop_has_its_act(answer: Answer[Any], act: str) -> None:
    assert (await perform(Shop(answer), Log())).act.name == act


async def test_a_changed_address_is_told_to_the_contact_on_file_and_only_when_done() -> None:
    pending = replace(PENDING, skill="change_address", verb="change_address", act=Act("confirm:change_address"))
    told = []
    for answer in (DONE, Answer(AnswerStatus.REFUSED, order("10423"), reason="changed")):
        outcome = await fulfilment(Shop(answer)).perform(pending, "shopper", EMMA, unless_after=None)
        assert outcome is not None
        told.append(outcome.notify)
    assert told == ["emma@example.com", ""]
