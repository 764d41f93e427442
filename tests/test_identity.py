"""Who is asking: every way to prove it is counted, limited and written down, and none says more than it must."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from policy_talk import order

from bot import links
from bot.commerce import Account, Order
from bot.conversation import Access, Challenge, Conversation, Flow, Proof
from bot.decision import Read
from bot.facts import Text
from bot.fulfilment import Fulfilment
from bot.identity import Identity
from bot.messages import Address
from bot.skill import Outcome
from bot.skills import SKILLS
from bot.turn import CodeCheck, Tried

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=10)
EMMA = Conversation("c", Address("telegram", "bot", "7", user="7"), language="en", version=4)
CUSTOMER = Proof(Access.CUSTOMER, "c1", "10423", NOW + timedelta(days=30))
KEY = b"k" * 32
WHO = "telegram:bot:7"


@dataclass
class Shop:
    """Proves emma@example.com for any order; `found` is the order it has."""

    found: Order | None = field(default_factory=lambda: order("10423"))
    tried: list[tuple[str, str]] = field(default_factory=list)

    async def identify(self, number: str, contact: str) -> Proof | None:
        self.tried.append((number, contact))
        return Proof(Access.CUSTOMER, "c1", number, NOW) if contact == "emma@example.com" else None

    async def order(self, number: str, proof: Proof) -> Order | None:
        return self.found

    async def account(self, proof: Proof) -> Account | None:
        return Account("c1", "Emma", "emma@home.example", "", "uk")

    async def vouched(self, *, customer: str = "", order: str = "") -> Proof | None:
        known = {"c1": Proof(Access.CUSTOMER, "c1", "", NOW), "10201": Proof(Access.ORDER, "", "10201", NOW)}
        return known.get(customer or order)


@dataclass
class World:
    """Tries, codes, links and log at once; `check` is what becomes of a typed code, `salt` of one asked for."""

    count: int = 3
    misses: list[tuple[str, str]] = field(default_factory=list)
    check_gives: CodeCheck = field(default_factory=lambda: CodeCheck("right"))
    issues: tuple[str, datetime] | None = ("5a17", UNTIL)
    taken: bool = True
    log: list[Tried] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)  # of codes that were sent or checked

    async def take(self, first: str, second: str, *rest: Any) -> Any:
        if rest:
            return self.taken
        if self.count:
            self.misses.append((first, second))
        return self.count

    async def right(self, account_user: str, number: str) -> None:
        self.misses.remove((account_user, number))

    async def issue(self, account_user: str, number: str, turn: str) -> tuple[str, datetime] | None:
        self.turns.append(turn)
        self.subjects.append(number)
        return self.issues

    async def check(self, account_user: str, number: str, typed: str, turn: str) -> CodeCheck:
        self.turns.append(turn)
        self.subjects.append(number)
        return self.check_gives

    async def note(self, tried: Tried) -> None:
        self.log.append(tried)

    @property
    def outcomes(self) -> list[str]:
        assert all((tried.at, tried.who) == (NOW, WHO) for tried in self.log)
        return [f"{tried.means} {tried.order} {tried.outcome}".replace("  ", " ") for tried in self.log]


async def run(
    skill: str, slots: dict[str, str], world: World, shop: Shop | None = None, *, proof: Proof | None = None,
    where: Conversation = EMMA,
) -> Outcome:  # fmt: skip
    identity = Identity(world, world, world, world, KEY)  # type: ignore[arg-type]
    said = lambda fact, language: fact.value  # noqa: E731
    asked = Fulfilment(shop or Shop(), None, identity, SKILLS, said)  # type: ignore[arg-type]
    return await asked.read(Read(skill, Flow("change_address", "change_address", slots), "en"), where, proof, "", NOW)


# --- contact ---------------------------------------------------------------------------------------------------------


async def identified(world: World, shop: Shop, contact: str = "emma@example.com", where: Conversation = EMMA) -> Any:
    return await run("identify", {"order_id": "10423", "contact": contact}, world, shop, where=where)


async def test_a_miss_is_counted_for_account_and_order() -> None:
    world = World()
    outcome = await identified(world, Shop(), "nobody@example.com")
    assert (outcome.act.name, outcome.tries_left, world.misses) == ("identify/miss", 2, [(WHO, "10423")])
    assert world.outcomes == ["contact 10423 miss"]


async def test_out_of_tries_the_shop_is_not_even_asked() -> None:
    shop, world = Shop(), World(0)
    outcome = await identified(world, shop)
    assert (outcome.act.name, outcome.tries_left, outcome.proof, shop.tried) == ("identify/miss", 0, None, [])
    assert world.outcomes == ["contact 10423 locked"]


@pytest.mark.parametrize(("channel", "lasts"), [("telegram", 30 * 24), ("slack", 30 * 24), ("web", 24)])
async def test_a_proof_lasts_as_long_as_the_channel_allows_and_is_a_weak_one(channel: str, lasts: int) -> None:
    where = replace(EMMA, address=Address(channel, "", "7", user="7"))
    outcome = await identified(world := World(), Shop(), where=where)
    assert (outcome.proof.until, outcome.proof.strong_until, world.misses) == (NOW + timedelta(hours=lasts), None, [])
    assert [tried.outcome for tried in world.log] == ["customer"]


async def test_the_log_holds_no_contact() -> None:
    world = World()
    for contact in ("nobody@example.com", "+447700900123", "E16AN"):
        await identified(world, Shop(), contact)
    assert not any(part in repr(world.log) for part in ("nobody", "7700", "E16"))


# --- codes -----------------------------------------------------------------------------------------------------------


async def test_a_code_is_sent_to_the_contact_on_file() -> None:
    outcome = await run("one_time_code", {"order_id": "10423"}, world := World(), proof=CUSTOMER)
    assert (outcome.act.name, outcome.act.facts) == ("ask:code", {"mail": Text("e…a@example.com")})
    assert (outcome.notify, outcome.salt) == ("emma@example.com", "5a17")
    assert outcome.challenge == Challenge("10423", "e…a@example.com", UNTIL)
    assert (world.outcomes, world.turns) == (["code 10423 sent"], ["c@4"])


async def test_the_right_code_makes_the_proof_a_strong_one_for_that_mailbox() -> None:
    outcome = await run("one_time_code", {"order_id": "10423", "code": "482193"}, world := World(), proof=CUSTOMER)
    strong = replace(CUSTOMER, strong_until=NOW + timedelta(hours=24), mailbox="emma@example.com")
    assert (outcome.act.name, outcome.proof, outcome.notify) == ("identify/done", strong, "")
    assert world.outcomes == ["code 10423 right"]


async def test_for_the_account_the_code_goes_to_the_mailbox_of_the_account() -> None:
    sent = await run("one_time_code", {}, world := World(), proof=CUSTOMER)
    assert (sent.notify, sent.challenge) == ("emma@home.example", Challenge("", "e…a@home.example", UNTIL))
    right = await run("one_time_code", {"code": "482193"}, world, proof=CUSTOMER)
    assert right.proof and right.proof.redirects("emma@home.example", NOW) and "order" not in right.act.facts
    assert not right.proof.redirects("emma@example.com", NOW)
    assert world.subjects == ["customer c1", "customer c1"]  # never counted together with another's


async def test_a_wrong_code_says_how_many_tries_are_left_and_sends_none() -> None:
    world = World(check_gives=CodeCheck("wrong", 3))
    outcome = await run("one_time_code", {"order_id": "10423", "code": "482194"}, world, proof=CUSTOMER)
    assert (outcome.act.name, outcome.tries_left, outcome.proof, outcome.salt) == ("ask:code/wrong", 3, None, "")
    assert world.outcomes == ["code 10423 wrong"]


async def test_for_a_code_that_is_over_another_is_sent_at_once() -> None:
    world = World(check_gives=CodeCheck("over"))
    outcome = await run("one_time_code", {"order_id": "10423", "code": "482193"}, world, proof=CUSTOMER)
    assert (outcome.act.name, outcome.proof, outcome.salt) == ("ask:code/expired", None, "5a17")
    assert world.outcomes == ["code 10423 over", "code 10423 sent"]


async def test_too_many_codes_end_with_a_person() -> None:
    outcome = await run("one_time_code", {"order_id": "10423"}, world := World(issues=None), proof=CUSTOMER)
    assert (outcome.act.name, outcome.salt, world.outcomes) == ("handoff/no_code", "", ["code 10423 too_many"])


@pytest.mark.parametrize("found", [None, replace(order("10423"), email="")])
async def test_without_a_contact_on_file_there_is_no_code(found: Order | None) -> None:
    for slots in ({"order_id": "10423"}, {"order_id": "10423", "code": "482193"}):
        outcome = await run("one_time_code", slots, world := World(), Shop(found), proof=CUSTOMER)
        assert (outcome.act.name, outcome.notify, outcome.proof) == ("handoff/no_code", "", None)
        assert world.outcomes == ["code 10423 no_mail"]


# --- links -----------------------------------------------------------------------------------------------------------


async def came(token: str, world: World, where: Conversation = EMMA) -> Outcome:
    return await run("signed_link", {"token": token}, world, where=where)


@pytest.mark.parametrize(("kind", "id_", "access"), [("c", "c1", Access.CUSTOMER), ("o", "10201", Access.ORDER)])
async def test_a_signed_link_is_a_strong_proof(kind: str, id_: str, access: Access) -> None:
    outcome = await came(links.seal(KEY, kind, id_, UNTIL), world := World())
    assert outcome.act.name == "identify/link" and outcome.proof
    assert (outcome.proof.access, outcome.proof.until) == (access, NOW + timedelta(days=30))
    assert outcome.proof.redirects("whoever@example.com", NOW + timedelta(hours=23))
    assert world.outcomes == [f"link {id_ if kind == 'o' else ''} right".replace("  ", " ")]


@pytest.mark.parametrize(
    ("token", "taken", "outcome"),
    [
        (links.seal(b"x" * 32, "c", "c1", UNTIL), True, "forged"),
        (links.seal(KEY, "c", "c1", NOW), True, "over"),
        (links.seal(KEY, "c", "c1", NOW + timedelta(hours=25)), True, "too_long"),
        (links.seal(KEY, "c", "c1", UNTIL), False, "used"),
        (links.seal(KEY, "c", "c9", UNTIL), True, "unknown"),
    ],
)
async def test_any_other_link_signs_nobody_in(token: str, taken: bool, outcome: str) -> None:
    result = await came(token, world := World(taken=taken))
    assert (result.act.name, result.proof, world.outcomes) == ("link_over", None, [f"link {outcome}"])


async def test_another_payload_only_opens_the_chat() -> None:
    result = await came("summer-campaign", world := World())
    assert (result.act.name, result.proof, world.log) == ("greet", None, [])
