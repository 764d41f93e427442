"""What the skills of order status and trouble answer, asked directly: orders made by the test, the shop's own rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from test_shop_claims import known, parcelled, stocked
from test_shop_quotes import CANCELLED, DELIVERED, NOW, OPEN, PACKED, SHIPPED

from bot.commerce import Answer, AnswerStatus, Order, Quote
from bot.conversation import Access, Proof
from bot.facts import Day, Localised, Number, Term, Text
from bot.shop.access import label_only
from bot.shop.verbs import VERBS
from bot.skill import Outcome, Request
from bot.skills import delivery_trouble, list_orders, parcels, refund_status, report_problem, track_order

CUSTOMER = Proof(Access.CUSTOMER, "C001", "", NOW.replace(year=2030), "uk")
LABEL = Proof(Access.DELIVERY, "", "10007", NOW.replace(year=2030))
TODAY = NOW.date()


class Shop:
    def __init__(self, *orders: Order, stock: int = 9) -> None:
        self.held, self.stock = orders, stock

    async def order(self, number: str, proof: Proof) -> Order | None:
        found = next((order for order in self.held if order.number == number), None)
        return label_only(found) if found and proof.access is Access.DELIVERY else found

    async def orders(self, proof: Proof) -> tuple[Order, ...]:
        return self.held

    async def quote(self, verb: str, proof: Proof, number: str, arguments: Mapping[str, Any]) -> Answer[Quote]:
        if proof.access is Access.DELIVERY:
            return Answer(AnswerStatus.REFUSED, reason="not_found")
        found = next(order for order in self.held if order.number == number)
        return VERBS[verb].quote(stocked(found, self.stock), arguments)


def request(intent: str, said: str = "", proof: Proof = CUSTOMER, **slots: str) -> Request:
    def say(fact: object) -> str:
        match fact:
            case Localised():
                return fact.text("en")
            case Day():
                return fact.value.isoformat()
            case Term():
                return f"{fact.group}.{fact.key}"
            case Text() | Number():
                return str(fact.value)
        return "…"

    return Request({"said": said, **slots}, intent, said, "en", NOW, TODAY, say, proof)  # type: ignore[arg-type]


def names(outcome: Outcome) -> list[str]:
    return [act.name for act in (*outcome.before, outcome.act)]


def rows(outcome: Outcome) -> dict[str, str]:
    return {label: value for card in outcome.cards for label, value in card.rows}


# --- status ----------------------------------------------------------------------------------------------------------


async def test_each_part_is_a_card_with_its_day_and_what_is_in_it() -> None:
    order = parcelled(SHIPPED, OPEN, OPEN)
    later = TODAY + timedelta(days=20)
    lines = (order.lines[0], order.lines[1], replace(order.lines[2], expected=later))
    order = replace(order, lines=lines, promised=TODAY + timedelta(days=1))
    outcome = await track_order.run(Shop(order), request("order_status", order_id="10007"))
    assert [card.title for card in outcome.cards] == ["DPD", "label.not_sent", "label.not_sent"]
    assert dict(outcome.cards[0].rows)["label.inside"] == "Thing 1"
    assert dict(outcome.cards[2].rows)["label.day"] == later.isoformat()


async def test_a_label_shows_days_and_scans_and_no_content() -> None:
    late = parcelled(SHIPPED, due=3)
    outcome = await track_order.run(Shop(late), request("order_status", proof=LABEL, order_id="10007"))
    assert names(outcome) == ["inform:delivery/late"] and rows(outcome)["label.days_late"] == "3"
    assert "label.inside" not in rows(outcome) and "Thing 1" not in repr(outcome)
    listed = await list_orders.run(Shop(label_only(late)), request("order_status", proof=LABEL))
    assert rows(listed).keys() == {"label.state", "label.placed", "label.day", "label.days_late"}


@pytest.mark.parametrize(("state", "parcel", "told"), [(SHIPPED, "shipped", True), (DELIVERED, "delivered", False)])
async def test_old_data_are_stated_where_they_may_have_changed(state: Any, parcel: str, told: bool) -> None:
    order = replace(parcelled(state, parcel=parcel), as_of=NOW - timedelta(days=2))
    outcome = await track_order.run(Shop(order), request("order_status", order_id="10007"))
    assert ("inform:as_of" in names(outcome)) is told
    asked = await delivery_trouble.run(Shop(order), request("delivery_delay", "where is it", order_id="10007"))
    assert ("inform:as_of" in names(asked)) is told
    money = refund_status.told(order, request("refund_status", order_id="10007"))
    assert names(money)[0] == "inform:as_of"  # wherever the goods are, a refund may have begun


@pytest.mark.parametrize(("due", "act"), [(2, "inform:claim/open_until"), (-1, "inform:claim/open")])
async def test_an_open_claim_is_told_with_the_status_and_its_day_only_while_it_is_to_come(due: int, act: str) -> None:
    order = replace(parcelled(SHIPPED, due=-2), claims=(known("chase", due=due),))
    outcome = await track_order.run(Shop(order), request("order_status", order_id="10007"))
    assert names(outcome) == [act, "inform:order/shipped"]


@pytest.mark.parametrize(("count", "shown", "act"), [(3, 3, "inform:orders"), (7, 5, "inform:orders/more")])
async def test_five_orders_are_shown_and_the_others_counted(count: int, shown: int, act: str) -> None:
    orders = [replace(parcelled(DELIVERED, parcel="delivered"), number=f"{number}") for number in range(count)]
    outcome = await list_orders.run(Shop(*orders), request("order_status", "all my orders"))
    assert (outcome.act.name, len(outcome.cards)) == (act, shown)
    assert outcome.act.facts.get("more") == (Number(count - 5) if count > 5 else None)


async def test_a_list_of_open_orders_leaves_out_what_has_come_unless_all_has() -> None:
    come = replace(parcelled(DELIVERED, parcel="delivered"), number="10008")
    both = await list_orders.run(Shop(parcelled(SHIPPED), come), request("order_status", "which orders are on the way"))
    assert [card.title for card in both.cards] == ["label.order 10007"]
    none = await list_orders.run(Shop(come), request("order_status", "which orders are on the way"))
    assert [card.title for card in none.cards] == ["label.order 10008"]
    assert (await list_orders.run(Shop(), request("order_status", "my orders"))).act.name == "no_orders"


# --- trouble with a parcel -------------------------------------------------------------------------------------------

LATE, GONE = parcelled(SHIPPED, due=2), parcelled(SHIPPED, parcel="lost", due=2)
COME, BACK = parcelled(DELIVERED, parcel="delivered", scan=3), parcelled(SHIPPED, parcel="refused")
UNSENT = replace(parcelled(OPEN), parcels=(), promised=TODAY - timedelta(days=4))


@pytest.mark.parametrize(
    ("order", "said", "slots", "acts"),
    [
        (LATE, "it is late", {}, ["inform:delivery/late", "confirm:delivery_trouble/chase"]),
        (UNSENT, "why have you not sent it", {}, ["inform:delivery/late", "confirm:delivery_trouble/chase"]),
        (parcelled(SHIPPED, due=-2), "it is late", {}, ["inform:delivery/on_time"]),
        (parcelled(SHIPPED, due=-2), "the courier couldn't find my address", {},
         ["inform:order/shipped", "confirm:delivery_trouble/chase"]),
        (parcelled(PACKED, parcel="packed", due=-2), "where is it", {}, ["inform:delivery/on_time"]),
        (COME, "it says delivered but it isn't here", {}, ["inform:order/delivered", "ask:checked"]),
        (COME, "still not here", {}, ["inform:order/delivered", "ask:checked"]),
        (COME, "it isn't here", {"checked": "no"}, ["inform:delivery/look_first"]),
        (COME, "it isn't here", {"checked": "yes"},
         ["inform:order/delivered", "confirm:delivery_trouble/missing_parcel"]),
        (COME, "he left it at the wrong house", {},
         ["inform:order/delivered", "confirm:delivery_trouble/missing_parcel"]),
        (GONE, "where is it", {}, ["inform:delivery/lost", "ask:wish/lost"]),
        (GONE, "it is lost, I want my money back", {},
         ["inform:delivery/lost", "confirm:delivery_trouble/lost_refund"]),
        (GONE, "it is lost", {"wish": "replacement"}, ["inform:delivery/lost", "confirm:delivery_trouble/lost_resend"]),
        (parcelled(SHIPPED, due=30, scan=30), "where is it", {}, ["inform:delivery/lost", "ask:wish/lost"]),
        (LATE, "it is lost, I want my money back", {},
         ["inform:way/missing", "inform:delivery/late", "confirm:delivery_trouble/chase"]),
        (COME, "it isn't here, refund me", {}, ["inform:way/missing", "inform:order/delivered", "ask:checked"]),
        (parcelled(SHIPPED, due=-2), "it is lost, refund me", {}, ["inform:way/missing", "inform:delivery/on_time"]),
        (BACK, "I refused it, refund me", {}, ["confirm:delivery_trouble/refused"]),
        (BACK, "where is it", {}, ["confirm:delivery_trouble/refused"]),
        (parcelled(SHIPPED), "I refused it at the door", {}, ["confirm:delivery_trouble/refused"]),
        (replace(LATE, payments=(replace(LATE.payments[0], state="failed"),)), "it is late", {},
         ["inform:order/unpaid"]),
    ],
)  # fmt: skip
async def test_facts_first_then_what_the_rules_allow(
    order: Order, said: str, slots: dict[str, str], acts: list[str]
) -> None:
    outcome = await delivery_trouble.run(Shop(order), request("delivery_problem", said, order_id="10007", **slots))
    assert names(outcome) == acts
    assert set(names(outcome)) <= set(delivery_trouble.SKILL.acts) | {"inform:order/delivered"}


@pytest.mark.parametrize("order", [replace(UNSENT, promised=TODAY), parcelled(CANCELLED)])
async def test_the_money_alone_is_left_where_no_parcel_is_under_way(order: Order) -> None:
    asked = request("delivery_problem", "my parcel is lost, refund me", order_id="10007")
    assert (await delivery_trouble.run(Shop(order), asked)).goes_on == "refund_request"
    lost = replace(asked, slots={**asked.slots, "said": "my parcel is lost"})
    assert (await delivery_trouble.run(Shop(order), lost)).goes_on == ""


async def test_facts_are_told_once_however_often_something_is_asked_after_them() -> None:
    asked = request("delivery_problem", "it isn't here", order_id="10007")
    first = await delivery_trouble.run(Shop(COME), asked)
    again = replace(asked, slots={**asked.slots, **first.slots, "checked": "yes"})
    second = await delivery_trouble.run(Shop(COME), again)
    assert names(second) == ["confirm:delivery_trouble/missing_parcel"] and second.cards == ()


async def test_who_signed_is_told_to_the_customer_alone() -> None:
    signed = replace(COME, parcels=(replace(COME.parcels[0], signed_by="Mr Doyle"),))
    told = await delivery_trouble.run(Shop(signed), request("delivery_problem", "it isn't here", order_id="10007"))
    assert "inform:delivery/signed" in names(told) and rows(told)["label.signed_by"] == "Mr Doyle"
    label = await delivery_trouble.run(
        Shop(signed), request("delivery_problem", "it isn't here", LABEL, order_id="10007", checked="yes")
    )
    assert "Doyle" not in repr(label)


@pytest.mark.parametrize(
    ("order", "said", "acts"),
    [
        (LATE, "it is late", ["inform:delivery/late", "ask:contact/stronger"]),
        (GONE, "it is lost", ["inform:delivery/lost", "ask:contact/stronger"]),
        (BACK, "I refused it", ["inform:order/shipped", "ask:contact/stronger"]),
        (parcelled(SHIPPED, due=-2), "it is late", ["inform:delivery/on_time"]),
    ],
)
async def test_a_label_gets_the_facts_and_is_asked_for_more_where_something_is_to_be_done(
    order: Order, said: str, acts: list[str]
) -> None:
    outcome = await delivery_trouble.run(Shop(order), request("delivery_problem", said, LABEL, order_id="10007"))
    assert names(outcome) == acts and "GBP" not in repr(outcome.act)
    if outcome.slot:
        given = request("delivery_problem", said, LABEL, order_id="10007", contact="emma@example.com", told="yes")
        assert names(await delivery_trouble.run(Shop(order), given)) == ["unknown_order"]  # the dialogue proves it then


@pytest.mark.parametrize("slots", [{}, {"wish": "replacement"}])
async def test_what_has_run_out_is_not_offered_again(slots: dict[str, str]) -> None:
    asked = request("delivery_problem", "lost", order_id="10007", **slots)
    outcome = await delivery_trouble.run(Shop(GONE, stock=0), asked)
    assert outcome.act.name == "ask:wish/out_of_stock"
    assert [option.value for option in outcome.options] == ["refund"] and outcome.slots["wish"] == ""


async def test_nothing_paid_brings_nothing_back_and_goes_to_a_person() -> None:
    unpaid = replace(GONE, payments=(replace(GONE.payments[0], state="authorised"),))
    outcome = await delivery_trouble.run(
        Shop(unpaid), request("delivery_problem", "lost", order_id="10007", wish="refund")
    )
    assert outcome.act.name == "refused:delivery_trouble/unsupported"


async def test_an_open_chase_is_told_and_not_made_again() -> None:
    order = replace(LATE, claims=(known("chase"),))
    outcome = await delivery_trouble.run(Shop(order), request("delivery_delay", "and now?", order_id="10007"))
    assert names(outcome) == ["inform:delivery/late", "inform:claim/open_until"] and outcome.quote is None


async def test_of_two_parcels_the_words_say_which_one_it_is() -> None:
    order = parcelled(SHIPPED, DELIVERED, due=2)
    came = replace(order.parcels[0], id="7-S2", state="delivered", delivered_at=NOW - timedelta(days=1))
    lines = (order.lines[0], replace(order.lines[1], parcel_id="7-S2"))
    shop = Shop(replace(order, parcels=(order.parcels[0], came), lines=lines))
    late = await delivery_trouble.run(shop, request("delivery_problem", "it is late", order_id="10007"))
    gone = await delivery_trouble.run(shop, request("delivery_problem", "says delivered, not here", order_id="10007"))
    assert (names(late)[-1], names(gone)[-1]) == ("confirm:delivery_trouble/chase", "ask:checked")


# --- goods that are not right ----------------------------------------------------------------------------------------

TWO = parcelled(DELIVERED, DELIVERED, parcel="delivered")
ONE = parcelled(DELIVERED, parcel="delivered")
THREE = replace(ONE, lines=(replace(ONE.lines[0], quantity=3),))


@pytest.mark.parametrize(
    ("order", "said", "slots", "act"),
    [
        (ONE, "there is something with it", {}, "ask:problem"),
        (ONE, "it is broken", {}, "ask:wish"),
        (ONE, "there is something with it", {"reason": "damaged"}, "ask:wish"),
        (ONE, "there is something with it", {"reason": "it hums"}, "ask:wish"),
        (ONE, "it is broken, send me a new one", {}, "confirm:report_problem"),
        (TWO, "it is broken", {}, "ask:claim_lines"),
        (TWO, "thing 2 is broken", {"products": "thing 2"}, "ask:wish"),
        (TWO, "all is broken", {"lines": "all"}, "ask:wish"),
        (THREE, "some are missing", {}, "ask:missing_count"),
        (THREE, "some are missing", {"quantity": "5"}, "ask:missing_count"),
        (THREE, "some are missing", {"quantity": "2", "wish": "replacement"}, "confirm:report_problem"),
        (THREE, "it is broken", {"wish": "refund"}, "confirm:report_problem"),
        (parcelled(DELIVERED, SHIPPED, parcel="delivered"), "thing 2 is broken", {"products": "thing 2"}, "ask:wish"),
        (parcelled(OPEN), "it is broken", {}, "refused:report_problem/not_delivered"),
        (parcelled(DELIVERED, parcel="delivered", scan=800), "it is broken", {},
         "refused:report_problem/warranty_over"),
    ],
)
async def test_what_is_asked_of_goods_that_are_not_right(
    order: Order, said: str, slots: dict[str, str], act: str
) -> None:
    outcome = await report_problem.run(Shop(order), request("damaged_or_wrong_item", said, order_id="10007", **slots))
    assert outcome.act.name == act and act in report_problem.SKILL.acts
    assert outcome.slots["order_id"] == "10007"


async def test_what_comes_in_another_parcel_is_not_missing() -> None:
    order = parcelled(DELIVERED, OPEN, parcel="delivered")
    asked = request("damaged_or_wrong_item", "thing 2 is missing", order_id="10007", products="thing 2")
    outcome = await report_problem.run(Shop(order), asked)
    assert outcome.act.name == "refused:report_problem/other_parcel"
    other = request("damaged_or_wrong_item", "thing 1 is missing", order_id="10007", products="thing 1")
    assert (await report_problem.run(Shop(order), other)).act.name == "ask:wish"


async def test_a_warranty_claim_of_what_broke_in_use_is_a_defect() -> None:
    outcome = await report_problem.run(Shop(ONE), request("warranty", "it broke", order_id="10007", wish="part"))
    assert outcome.quote is not None and outcome.quote.arguments["kind"] == "defective"
    assert [act.name for act in outcome.before] == ["inform:photo_welcome"]


async def test_photos_of_the_conversation_go_along_and_none_is_asked_for_then() -> None:
    sent = request("damaged_or_wrong_item", "broken", order_id="10007", wish="refund", files="a" * 64 + "," + "b" * 64)
    outcome = await report_problem.run(Shop(ONE), sent)
    assert outcome.quote is not None and outcome.quote.arguments["files"] == ["a" * 64, "b" * 64]
    assert outcome.before == () and outcome.act.facts["files"] == Number(2)


async def test_a_photo_alone_goes_to_the_newest_claim_about_goods_or_is_kept() -> None:
    sent = request("damaged_or_wrong_item", order_id="10007", files="c" * 64)
    kept = await report_problem.run(Shop(ONE), sent)
    assert (kept.act.name, kept.quote) == ("file_kept", None)
    order = replace(ONE, claims=(known("damaged", parcel="", lines=("7-1",)), known("chase")))
    added = await report_problem.run(Shop(order), sent)
    assert added.quote is not None and added.quote.arguments["files"] == ["c" * 64]
    assert added.quote.arguments["text"] == "first words"


async def test_of_several_orders_the_one_with_what_was_named_is_meant() -> None:
    other = replace(TWO, number="10008", lines=tuple(replace(line, id=f"8-{line.id}") for line in TWO.lines[:1]))
    asked = request("damaged_or_wrong_item", "my thing 2 is broken", products="thing 2")
    assert (await report_problem.run(Shop(other, TWO), asked)).slots["order_id"] == "10007"


def test_a_card_of_what_is_not_sent_has_no_tracking() -> None:
    part = parcels.parts(UNSENT)[0]
    card = parcels.card(part, request("order_status"))
    assert [label for label, _ in card.rows] == ["label.day", "label.days_late", "label.inside"]
