"""The skills around buying, turn by turn over the sample shop; the model's marks are written into the texts."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_shop_contract import EMMA, LI_NA, NOW, clock, seeded, shop, signed_in  # noqa: F401 (three are fixtures)
from test_shopping import marked

from bot import answers, slots
from bot.commerce import Order, Payment, Refund, Shop, Terms
from bot.conversation import Access, Option, Proof
from bot.facts import Act, Day, Fact, Localised, Many, Money, Number, Term, Text
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge, payment_methods, payment_problem, place_order, promo_discount

LONDON = ZoneInfo("Europe/London")


def say(fact: Fact) -> str:
    match fact:
        case Text(value=value):
            return value
        case Localised():
            return fact.text("en")
        case Many(items=items):
            return ", ".join(map(say, items))
        case Money(minor=minor, currency=currency):
            return f"{currency} {minor}"
        case Number(value=number):
            return str(number)
        case Day(value=day):
            return day.isoformat()
        case Term(group=group, key=key):
            return f"{group}.{key}"
    return str(fact)


@dataclass
class Desk:
    """One flow of a skill, as bot/flows.py keeps it: slots of the message, of the answer to a question, of outcomes."""

    shop: Shop
    skill: Skill
    proof: Proof | None = None
    slots: dict[str, str] = field(default_factory=dict)
    asked: str = ""
    options: tuple[Option, ...] = ()
    market: str = ""

    async def says(self, text: str) -> Outcome:
        spans, plain = marked(text)
        given = slots.collect(spans, plain, self.skill.slots)
        if self.asked and (value := answers.answer(self.asked, plain, spans, self.options)):
            given = {**given, self.asked: value}
        return await self.run(given, plain)

    async def run(self, given: dict[str, str], text: str = "") -> Outcome:
        self.slots |= given
        until = replace(self.proof, until=NOW + timedelta(days=1)) if self.proof else None
        request = Request(self.slots, self.skill.intents[0], text, "en", NOW, NOW.date(), say, until,
                          self.market or (self.proof.market if self.proof else ""), LONDON)  # fmt: skip
        outcome = await self.skill.run(self.shop, request)
        assert outcome.act.name in self.skill.acts, outcome.act.name
        self.slots = {name: value for name, value in {**self.slots, **outcome.slots}.items() if value}
        self.asked, self.options = outcome.slot, outcome.options
        if not outcome.slot:  # the flow is over: what the conversation remembers of it
            self.slots = {name: self.slots[name] for name in ("basket", "product") if name in self.slots}
            self.slots.pop("product", None)
        return outcome


def labels(outcome: Outcome) -> list[str]:
    return [option.label for option in outcome.options]


def items(outcome: Outcome) -> list[str]:
    return [say(item) for item in outcome.act.facts["items"].items]  # type: ignore[union-attr]


def person(outcome: Outcome) -> str:
    """Why a person takes it on; "" where nobody does."""
    return outcome.handoff.reason if outcome.handoff else ""


def rows(outcome: Outcome) -> dict[str, str]:
    return dict(row for card in outcome.cards for row in card.rows)


# --- place_order: choosing -------------------------------------------------------------------------------------------


@pytest.fixture
def desk(shop: Shop) -> Desk:  # noqa: F811
    return Desk(shop, place_order.SKILL)


async def test_all_said_at_once_is_a_basket_at_once(desk: Desk) -> None:
    done = await desk.says("[two](quantity) [linen shirts](product) in [white](color), [M](size)")
    assert done.act.name == "done:basket" and items(done) == ["2 × Harbour linen shirt (White, M)"]
    assert done.act.facts["total"] == Money(9800, "GBP")
    card = rows(done)
    assert card["2 × Harbour linen shirt (White, M)"] == "GBP 9800 · buying.in_stock 22"
    assert (card["buying.delivery"], card["buying.day"]) == ("GBP 0", "2026-03-09")
    assert card["buying.checkout"].startswith("https://heronandhearth.example/basket/")


async def test_only_what_is_in_stock_is_offered(desk: Desk) -> None:
    color = await desk.says("I'd like the [linen shirt](product)")
    assert (color.act.name, labels(color)) == ("ask:color", ["White", "Navy", "Sage"])
    size = await desk.says("navy")
    assert (size.act.name, labels(size)) == ("ask:size", ["S", "L", "XL"])  # navy M is sold out
    assert items(await desk.says("XL")) == ["1 × Harbour linen shirt (Navy, XL)"]


async def test_what_has_one_colour_left_is_not_asked_for(desk: Desk) -> None:
    assert items(await desk.says("[earbuds](product) please")) == ["1 × Firefly wireless earbuds (White)"]


@pytest.mark.parametrize(("said", "act", "wanted", "offered"), [
    ("[linen shirt](product) [navy](color) [M](size)", "ask:size/out", "M", ["S", "L", "XL"]),
    ("[linen shirt](product) in [purple](color)", "ask:color/out", "purple", ["White", "Navy", "Sage"]),
    ("[camp chair](product) in [rust](color)", "ask:color/out", "rust", ["Olive"]),
])  # fmt: skip
async def test_what_is_not_there_is_named_with_what_is(
    desk: Desk, said: str, act: str, wanted: str, offered: list[str]
) -> None:
    asked = await desk.says(said)
    assert (asked.act.name, say(asked.act.facts["wanted"]), labels(asked)) == (act, wanted, offered)


async def test_a_colour_marked_as_part_of_the_name_is_not_asked_for(desk: Desk) -> None:
    assert items(await desk.says("[navy linen shirt](product) in [S](size)")) == ["1 × Harbour linen shirt (Navy, S)"]


async def test_the_basket_is_shown_and_emptied_as_it_is_whatever_was_being_chosen(desk: Desk) -> None:
    assert (await desk.says("checkout please")).act.name == "inform:basket/empty"
    await desk.says("[earbuds](product) please")
    await desk.says("a [linen shirt](product)")
    assert items(await desk.says("checkout pls")) == ["1 × Firefly wireless earbuds (White)"]
    await desk.says("a [linen shirt](product)")
    assert (await desk.says("clear my basket")).act.name == "inform:basket/empty"
    assert (await desk.says("what's in my basket")).act.name == "inform:basket/empty"


async def test_checkout_while_the_first_goods_are_chosen_asks_on(desk: Desk) -> None:
    await desk.says("a [linen shirt](product)")
    assert (await desk.says("checkout")).act.name == "ask:color"


async def test_what_is_in_the_basket_is_not_put_in_again_for_a_word_without_goods(desk: Desk) -> None:
    done = await desk.says("[earbuds](product) please")
    again = await desk.run({"product": done.slots["product"]}, "ok, order it")
    assert items(again) == ["1 × Firefly wireless earbuds (White)"]


async def test_who_thinks_again_gets_the_other_article_in_place_of_the_first(desk: Desk) -> None:
    await desk.says("[linen shirt](product) in [navy](color), [S](size)")
    assert items(await desk.says("no wait, [white](color) [M](size)")) == ["1 × Harbour linen shirt (White, M)"]


async def test_a_size_of_what_comes_in_none_is_not_asked_for(desk: Desk) -> None:
    assert items(await desk.says("[earbuds](product) in [5 g](size)")) == ["1 × Firefly wireless earbuds (White)"]


async def test_a_word_of_the_name_is_no_colour(desk: Desk) -> None:
    asked = await desk.says("[linen shirt](product) in [harbour](color)")
    assert (asked.act.name, labels(asked)) == ("ask:color", ["White", "Navy", "Sage"])


async def test_what_is_no_colour_or_size_of_the_goods_but_names_others_is_goods(desk: Desk) -> None:
    await desk.says("[two](quantity) [linen shirts](product) in [L](size) and a [teapot](color)")
    both = items(await desk.says("white"))
    assert both[0] == "2 × Harbour linen shirt (White, L)" and "teapot" in both[1].lower()


async def test_a_bare_number_is_no_size_where_none_is_made_in_it(desk: Desk) -> None:
    assert items(await desk.says("[1](size) [earbuds](product)")) == ["1 × Firefly wireless earbuds (White)"]


async def test_an_answer_may_say_more_than_was_asked(desk: Desk) -> None:
    await desk.says("a [linen shirt](product)")
    done = await desk.says("the [navy](color) one in [L](size), [two](quantity) of them, and a [teapot](product)")
    assert items(done)[0] == "2 × Harbour linen shirt (Navy, L)" and len(items(done)) == 2


async def test_another_colour_than_the_options_is_heard_too(desk: Desk) -> None:
    await desk.says("a [linen shirt](product)")
    asked = await desk.says("in [purple](color), please")
    assert (asked.act.name, say(asked.act.facts["wanted"])) == ("ask:color/out", "purple")


async def test_several_products_are_settled_one_after_another(desk: Desk) -> None:
    both = "[two](quantity) [stoneware mugs](product) and [one](quantity) [clothbound notebook](product)"
    first = await desk.says(both)
    assert say(first.act.facts["product"]) == "Speckled stoneware mug"
    second = await desk.says("ink")
    assert say(second.act.facts["product"]) == "Clothbound notebook"
    third = await desk.says("moss")
    assert (third.act.name, labels(third)) == ("ask:size", ["A5 dotted", "A5 lined", "A5 plain"])
    done = await desk.says("A5 lined")
    assert items(done) == ["2 × Speckled stoneware mug (Ink)", "1 × Clothbound notebook (Moss, A5 lined)"]


async def test_an_ambiguous_name_gets_a_choice(desk: Desk) -> None:
    asked = await desk.says("a [mug](product) in [forest](color)")
    assert asked.act.name == "ask:product/which" and "Enamel camping mug" in labels(asked)
    assert items(await desk.says("the [enamel camping mug](product)")) == ["1 × Enamel camping mug (Forest)"]


async def test_another_product_after_all_takes_the_place_of_the_one_asked_about(desk: Desk) -> None:
    await desk.says("[two](quantity) [enamel camping mugs](product)")
    done = await desk.says("actually the [stoneware mug](product) in [ink](color)")
    assert items(done) == ["2 × Speckled stoneware mug (Ink)"]


async def test_more_than_there_is_becomes_a_question(desk: Desk) -> None:
    asked = await desk.says("[ten](quantity) [linen shirts](product) [white](color) [L](size)")
    assert (asked.act.name, asked.act.facts["left"]) == ("ask:quantity", Number(4))
    again = await desk.says("9")
    assert again.act.name == "ask:quantity"
    assert items(await desk.says("[three](quantity) then")) == ["3 × Harbour linen shirt (White, L)"]


async def test_what_is_in_the_basket_counts_against_the_stock(desk: Desk) -> None:
    await desk.says("[three](quantity) [linen shirts](product) [white](color) [L](size)")
    asked = await desk.says("[two](quantity) [linen shirts](product) [white](color) [L](size)")
    assert (asked.act.name, asked.act.facts["left"]) == ("ask:quantity", Number(1))


async def test_sold_out_names_what_there_is_instead(desk: Desk) -> None:
    gone = await desk.says("[reed diffuser](product)")
    assert gone.act.name == "inform:basket/sold_out"
    assert gone.cards and gone.cards[0].title == "buying.instead" and len(gone.cards[0].rows) <= 3
    both = await desk.says("a [rhubarb jam](product) and a [reed diffuser](product)")
    assert both.act.name == "inform:basket/nothing"


async def test_the_rest_goes_in_when_a_part_is_not_there(desk: Desk) -> None:
    part = await desk.says("a [reed diffuser](product) and a [linen shirt](product), [white](color) [S](size)")
    assert part.act.name == "done:basket/part" and items(part) == ["1 × Harbour linen shirt (White, S)"]
    assert say(part.act.facts["missing"]) == "Fig and cedar reed diffuser"


async def test_what_we_do_not_sell_is_said(desk: Desk) -> None:
    unknown = await desk.says("a [washing machine](product)")
    assert unknown.act == Act("unknown_product", {"name": Text("washing machine")})
    assert (await desk.says("I want to order something")).act.name == "ask:product/buy"


async def test_a_size_in_words_fits_the_one_in_letters(desk: Desk) -> None:
    done = await desk.says("[linen shirt](product), [white](color), size [medium](size)")
    assert items(done) == ["1 × Harbour linen shirt (White, M)"]


async def test_chinese_names_colours_and_sizes_are_understood(desk: Desk) -> None:
    desk.market = "cn"
    shirt = "[白色](color)[M码](size)的[港湾亚麻衬衫](product)"
    done = await desk.says(f"我要{shirt}和[两个](quantity)[墨蓝色](color)[斑点粗陶马克杯](product)")
    assert done.act.name == "done:basket" and done.act.facts["total"] == Money(68700, "CNY")


async def test_the_product_spoken_of_before_is_meant_where_none_is_named(desk: Desk) -> None:
    done = await desk.run({"product": "harbour-linen-shirt", "wishes": "add\t2\t\twhite\tM"})
    assert items(done) == ["2 × Harbour linen shirt (White, M)"]
    fresh = Desk(desk.shop, place_order.SKILL)
    assert (await fresh.run({"product": "vacuum-flask"})).act.name == "ask:color"


# --- place_order: changing the basket --------------------------------------------------------------------------------


@pytest.fixture
async def full(desk: Desk) -> Desk:
    """A basket of one shirt and two mugs."""
    shirt, mugs = "[linen shirt](product) [white](color) [M](size)", "[two](quantity) [stoneware mugs](product)"
    await desk.says(f"{shirt} and {mugs} in [ink](color)")
    assert "basket" in desk.slots
    return desk


@pytest.mark.parametrize(("said", "left"), [
    ("[one](quantity) more [mug](product)", ["1 × shirt", "3 × mug"]), ("another one", ["1 × shirt", "3 × mug"]),
    ("without the [mugs](product)", ["1 × shirt"]), ("remove [one](quantity) [mug](product)", ["1 × shirt", "1 × mug"]),
    ("make it [five](quantity) [mugs](product)", ["1 × shirt", "5 × mug"]),
    ("no [linen shirt](product), but [two](quantity) more [mugs](product)", ["4 × mug"]),
    ("the [linen shirt](product) in [navy](color) instead, size [S](size)", ["1 × shirt", "2 × mug"]),
    ("take it out", ["1 × shirt"]),
])  # fmt: skip
async def test_the_basket_is_changed_under_the_same_link(full: Desk, said: str, left: list[str]) -> None:
    token = full.slots["basket"]
    done = await full.says(said)
    names = {"shirt": "Harbour linen shirt", "mug": "Speckled stoneware mug"}
    wanted = [f"{count} × {names[name]}" for count, name in (item.split(" × ") for item in left)]
    assert done.act.name == "done:basket" and [item.partition(" (")[0] for item in items(done)] == wanted
    assert full.slots["basket"] == token


async def test_another_colour_keeps_the_size(full: Desk) -> None:
    done = await full.says("the [linen shirt](product) in [sage](color) instead")
    assert items(done)[0] == "1 × Harbour linen shirt (Sage, M)"


async def test_a_colour_that_the_size_does_not_have_is_asked_about(full: Desk) -> None:
    asked = await full.says("the [linen shirt](product) in [navy](color) instead")
    assert (asked.act.name, say(asked.act.facts["wanted"])) == ("ask:size/out", "M")


async def test_what_is_not_in_the_basket_cannot_be_taken_out(full: Desk) -> None:
    assert (await full.says("without the [teapot](product)")).act.name == "inform:basket/not_in_it"
    done = await full.says("no [teapot](product), but add [one](quantity) more [mug](product)")
    assert done.act.name == "done:basket"


async def test_the_last_thing_out_leaves_it_empty(full: Desk) -> None:
    await full.says("without the [mugs](product)")
    assert (await full.says("remove the [linen shirt](product) too")).act.name == "inform:basket/empty"


async def test_what_cannot_be_added_leaves_the_basket_as_it_is(full: Desk) -> None:
    assert (await full.says("and a [unicorn](product)")).act.name == "unknown_product"
    assert len((await full.shop.basket(full.slots["basket"])).lines) == 2  # type: ignore[union-attr]


async def test_asked_without_a_wish_the_basket_is_shown(full: Desk) -> None:
    assert (await full.says("what is in my basket?")).act.name == "done:basket"
    shown = await full.run({"product": "harbour-linen-shirt"}, "what is in my basket? I want to order it now")
    assert len(items(shown)) == 2


# --- place_order: the same again -------------------------------------------------------------------------------------


async def test_the_same_again_needs_to_know_who_asks(desk: Desk) -> None:
    assert (await desk.says("the same again as order [10042](order_id)")).needs is Access.ORDER


async def test_an_order_is_filled_into_a_basket_once_more(shop: Shop) -> None:  # noqa: F811
    emma = Desk(shop, place_order.SKILL, await signed_in(shop, EMMA))
    done = await emma.says("the same as order [10042](order_id) again, but [four](quantity) [mugs](product)")
    assert items(done) == ["1 × Harbour linen shirt (Navy, S)", "4 × Speckled stoneware mug (Sea green)"]


async def test_without_a_number_the_last_order_is_meant(shop: Shop) -> None:  # noqa: F811
    li_na = Desk(shop, place_order.SKILL, await signed_in(shop, LI_NA))
    newest = (await shop.orders(li_na.proof))[0]  # type: ignore[arg-type]
    done = await li_na.says("跟上次一样再来一单")
    assert done.act.name.startswith("done:basket") and newest.lines[0].name.text("en") in items(done)[0]


async def test_what_is_no_longer_sold_is_said(shop: Shop) -> None:  # noqa: F811
    sophie = Desk(shop, place_order.SKILL, await signed_in(shop, "sophie.evans@example.net"))
    part = await sophie.says("reorder [10065](order_id)")
    assert part.act.name == "done:basket/part" and items(part) == ["2 × Enamel camping mug (Forest)"]
    assert say(part.act.facts["missing"]) == "Tideline merino jumper"


async def test_somebody_elses_order_is_not_filled_in(shop: Shop) -> None:  # noqa: F811
    emma = Desk(shop, place_order.SKILL, await signed_in(shop, EMMA))
    assert (await emma.says("reorder [10065](order_id)")).act.name == "unknown_order"


async def test_a_postcode_does_not_open_what_was_bought(shop: Shop) -> None:  # noqa: F811
    proof = await shop.identify("10201", "BS1 4ST")
    assert (await Desk(shop, place_order.SKILL, proof).says("reorder [10201](order_id)")).needs is Access.ORDER


# --- place_order: trouble --------------------------------------------------------------------------------------------


async def test_trouble_is_asked_about_once_and_goes_to_a_person_with_its_facts(full: Desk) -> None:
    asked = await full.says("I can't check out, the button does nothing")
    assert (asked.act.name, asked.slot) == ("ask:trouble", "told")
    told = await full.says("on my iPhone it says error 402")
    assert person(told) == "checkout" and say(told.act.facts["told"]) == "on my iPhone it says error 402"
    assert told.handoff is not None and told.handoff.facts == told.act.facts
    assert say(told.act.facts["link"]).startswith("https://heronandhearth.example/basket/")


# --- promo_discount --------------------------------------------------------------------------------------------------


async def promo(shop: Shop, text: str, **about: Any) -> Outcome:  # noqa: F811
    return await Desk(shop, promo_discount.SKILL, **about).says(text)


@pytest.mark.parametrize(("said", "act", "facts"), [
    ("does [SPRING15](coupon) work?", "inform:promotion", {"code": "SPRING15", "benefit": "15%"}),
    ("[bristol10](coupon)", "inform:promotion", {"code": "BRISTOL10", "benefit": "GBP 1000"}),
    ("[NOPE](coupon) is refused", "inform:promotion/unknown", {"code": "NOPE"}),
    ("[WINTER20](coupon)", "inform:promotion/expired", {"code": "WINTER20", "day": "2026-02-20"}),
    ("[SUMMER20](coupon)", "inform:promotion/not_yet", {"code": "SUMMER20", "day": "2026-04-03"}),
    ("[FIRST500](coupon)", "inform:promotion/used_up", {"code": "FIRST500"}),
    ("[HANGZHOU20](coupon)", "inform:promotion", {"code": "HANGZHOU20", "benefit": "CNY 2000"}),
    ("[SPRING15](coupon) for the [stoneware mug](product)", "inform:promotion/other_goods",
     {"code": "SPRING15", "goods": "Clothing, Shoes"}),
])  # fmt: skip
async def test_a_code_is_explained_exactly(shop: Shop, said: str, act: str, facts: dict[str, str]) -> None:  # noqa: F811
    outcome = await promo(shop, said)
    assert (outcome.act.name, {name: say(fact) for name, fact in outcome.act.facts.items()}) == (act, facts)


async def test_a_code_of_another_market_than_the_shoppers_is_none_of_his(shop: Shop) -> None:  # noqa: F811
    assert (await promo(shop, "[HANGZHOU20](coupon)", market="uk")).act.name == "inform:promotion/other_market"


async def test_a_code_is_judged_on_the_basket(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({"CL01-WHIT-M": 1})
    below = await promo(shop, "why does [SPRING15](coupon) fail?", slots={"basket": basket.token})
    assert (below.act.name, say(below.act.facts["missing"])) == ("inform:promotion/below_minimum", "GBP 1100")
    await shop.fill_basket({"CL01-WHIT-M": 2}, token=basket.token)
    saving = await promo(shop, "and [SPRING15](coupon) now?", slots={"basket": basket.token})
    assert (saving.act.name, say(saving.act.facts["saving"])) == ("inform:promotion/saving", "GBP 1470")


async def test_a_customer_hears_of_his_own_use(shop: Shop) -> None:  # noqa: F811
    sophie = await signed_in(shop, "sophie.evans@example.net")
    assert (await promo(shop, "[WELCOME10](coupon)", proof=sophie)).act.name == "inform:promotion/already_used"


async def test_conditions_stand_on_the_card(shop: Shop) -> None:  # noqa: F811
    card = (await promo(shop, "[TEATIME](coupon)")).cards[0]
    assert card.title == "TEATIME"
    assert ("promotion.minimum", "GBP 2500") in card.rows and ("", "promotion.once") in card.rows


async def test_a_code_that_is_not_named_is_asked_for(shop: Shop) -> None:  # noqa: F811
    desk = Desk(shop, promo_discount.SKILL)
    assert (await desk.says("my voucher doesn't work")).slot == "coupon"
    assert (await desk.says("it's WINTER20")).act.name == "inform:promotion/expired"


async def test_discounts_are_those_of_now_and_never_made_up(shop: Shop) -> None:  # noqa: F811
    assert say((await promo(shop, "any discounts?")).act.facts["codes"]) == "SPRING15, TEATIME, WELCOME10"


async def test_schemes_are_answered_from_the_shops_knowledge_or_denied(shop: Shop) -> None:  # noqa: F811
    assert (await promo(shop, "is there a student discount?")).act.name == "inform:passage"
    assert (await promo(shop, "do I get points for this?")).act.name == "inform:scheme/but"


async def test_a_code_for_a_placed_order_goes_to_a_person(shop: Shop) -> None:  # noqa: F811
    outcome = await promo(shop, "I forgot to use [WELCOME10](coupon) on order [10043](order_id)")
    assert (outcome.act.name, person(outcome)) == ("inform:promotion/after_order", "promotion")


# --- payment_problem -------------------------------------------------------------------------------------------------


async def payment(shop: Shop, text: str, email: str = "") -> Outcome:  # noqa: F811
    proof = await signed_in(shop, email) if email else None
    return await Desk(shop, payment_problem.SKILL, proof).says(text)


@pytest.mark.parametrize(("said", "email", "act", "amount", "taken_on"), [
    ("charged twice for [10017](order_id)", "isla.macdonald@example.com", "double", 3795, True),
    ("payment pending, [10180](order_id)", "george.thompson@example.net", "authorised", 2095, False),
    ("my payment failed", EMMA, "ask", 0, False),
    ("payment for [10051](order_id) failed", EMMA, "failed", 7500, False),
    ("[10051](order_id) failed but the money was taken", EMMA, "not_found", 7500, True),
    ("did my payment for [10042](order_id) go through?", EMMA, "paid", 8100, False),
    ("[10042](order_id) was charged twice", EMMA, "not_found", 8100, True),
    ("why was I charged for [10050](order_id)?", EMMA, "refunded", 5195, False),
    ("10284扣了两次钱", "hu.jun@example.com", "double", 20100, True),
])  # fmt: skip
async def test_payments_are_explained_and_missing_money_goes_to_a_person(
    shop: Shop, said: str, email: str, act: str, amount: int, taken_on: bool  # noqa: F811
) -> None:
    outcome = await payment(shop, said, email)
    if act == "ask":
        assert outcome.act.name == "ask:payment_order" and outcome.options[-1].value == "no_order"
        return
    assert outcome.act.name == f"inform:payment/{act}"
    assert outcome.act.facts["amount"].minor == amount  # type: ignore[union-attr]
    assert person(outcome) == ("payment" if taken_on else "")


async def test_a_hold_falls_away_on_its_day_and_then_a_person_looks(shop: Shop) -> None:  # noqa: F811
    held = await payment(shop, "pending [10180](order_id)", "george.thompson@example.net")
    assert say(held.act.facts["day"]) == "2026-03-09"


async def test_a_failed_payment_is_paid_again_by_a_link(shop: Shop) -> None:  # noqa: F811
    failed = await payment(shop, "[10051](order_id) failed, how can I pay again?", EMMA)
    assert say(failed.act.facts["link"]) == "https://heronandhearth.example/pay/10051"
    assert rows(failed)["payment.pay_here"] == "https://heronandhearth.example/pay/10051"


async def test_the_one_order_with_a_payment_out_of_order_is_meant(shop: Shop) -> None:  # noqa: F811
    outcome = await payment(shop, "my card was charged twice", "isla.macdonald@example.com")
    assert (outcome.act.name, say(outcome.act.facts["order"])) == ("inform:payment/double", "10017")


async def test_the_order_spoken_of_is_meant(shop: Shop) -> None:  # noqa: F811
    emma = Desk(shop, payment_problem.SKILL, await signed_in(shop, EMMA), {"order_hint": "10051"})
    assert (await emma.says("but the money was taken")).act.name == "inform:payment/not_found"


async def test_somebody_unknown_is_asked_for_the_order_or_that_there_is_none(shop: Shop) -> None:  # noqa: F811
    desk = Desk(shop, payment_problem.SKILL)
    asked = await desk.says("I was charged twice")
    assert (asked.act.name, labels(asked)) == ("ask:payment_order", ["option.no_order"])
    charge = await desk.run({"order_id": "no_order"})
    assert (charge.act.name, charge.slot) == ("ask:charge", "told")
    told = await desk.says("£48.50 on Monday")
    assert (told.act.name, person(told)) == ("inform:payment/no_order", "payment")


async def test_an_order_is_only_looked_into_for_its_owner(shop: Shop) -> None:  # noqa: F811
    assert (await payment(shop, "[10042](order_id) was charged twice")).needs is Access.ORDER
    assert (await payment(shop, "[10042](order_id) was charged twice", LI_NA)).act.name == "unknown_order"


async def test_a_card_turned_down_at_the_checkout_needs_no_order(shop: Shop) -> None:  # noqa: F811
    outcome = await payment(shop, "my card was declined")
    assert (outcome.act.name, person(outcome)) == ("inform:payment/declined", "")
    assert say(outcome.act.facts["methods"]).startswith("pay_with.card")


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


async def a_look(shop: Shop, total: int, *paid: tuple[int, str, int], **fields: Any) -> Outcome:  # noqa: F811
    """What is said of an order of that total; paid: (amount, state, days ago)."""
    emma = await signed_in(shop, EMMA)
    found = await shop.order("10043", emma)
    assert found is not None
    payments = tuple(Payment(f"P{n}", "card", gbp(minor), state, "1234", NOW - timedelta(days=days))
                     for n, (minor, state, days) in enumerate(paid))  # fmt: skip
    order = replace(found, total=gbp(total), payments=payments, **fields)

    class One:
        async def order(self, number: str, proof: Proof) -> Order:
            return order

        async def terms(self, market: str = "") -> Terms:
            return Terms("uk", "GBP", True, ("card",), 7)

    return await Desk(One(), payment_problem.SKILL, emma).says("[10043](order_id)")  # type: ignore[arg-type]


@pytest.mark.parametrize(("total", "paid", "act", "amount", "taken_on"), [
    (1000, [(1000, "paid", 1)], "paid", 1000, False),
    (1000, [(1000, "paid", 1), (1000, "paid", 1)], "double", 1000, True),
    (1000, [(1000, "failed", 1), (1000, "paid", 1)], "paid", 1000, False),
    (1000, [(400, "paid", 1), (600, "failed", 1)], "part", 600, False),
    (1000, [(1000, "failed", 1)], "failed", 1000, False),
    (1000, [(1000, "authorised", 7)], "authorised", 1000, False),
    (1000, [(1000, "authorised", 8)], "authorised_long", 1000, True),
    (1000, [(1000, "authorised", 0), (1000, "failed", 1)], "authorised", 1000, False),
    (1000, [(700, "paid", 1), (700, "paid", 1)], "double", 400, True), (0, [], "paid", 0, False),
])  # fmt: skip
async def test_payments_at_a_glance(
    shop: Shop, total: int, paid: list[tuple[int, str, int]], act: str, amount: int, taken_on: bool  # noqa: F811
) -> None:
    outcome = await a_look(shop, total, *paid)
    assert (outcome.act.name, outcome.act.facts["amount"]) == (f"inform:payment/{act}", gbp(amount))
    assert bool(outcome.handoff) is taken_on


async def test_what_a_cheaper_choice_gave_back_was_not_taken_twice(shop: Shop) -> None:  # noqa: F811
    back = Refund("R1", gbp(100), "card", "started", NOW, "items changed")
    outcome = await a_look(shop, 900, (1000, "paid", 1), refunds=(back,))
    assert (outcome.act.name, outcome.handoff) == ("inform:payment/paid", None)
    twice = await a_look(shop, 900, (1000, "paid", 1), (1000, "paid", 1), refunds=(back,))
    assert (twice.act.name, twice.act.facts["amount"]) == ("inform:payment/double", gbp(1000))


async def test_money_of_a_cancelled_order_that_has_not_come_back_is_owed(shop: Shop) -> None:  # noqa: F811
    owed = await a_look(shop, 1000, (1000, "paid", 1), lines=(), refunds=())
    assert (owed.act.name, person(owed)) == ("inform:payment/owed", "payment")
    assert (await a_look(shop, 1000, (1000, "failed", 1), lines=())).act.name == "inform:payment/nothing_due"
    twice = await a_look(shop, 1000, (1000, "paid", 1), (1000, "paid", 1), lines=(), refunds=())
    assert (twice.act.name, twice.act.facts["amount"]) == ("inform:payment/owed", gbp(2000))


@pytest.mark.parametrize(("said", "email", "shown"), [
    ("[10180](order_id) was charged twice and cancelled", "george.thompson@example.net", "authorised"),
    ("[10031](order_id) was charged twice and cancelled", "antoine.mercier@example.org", "refunded"),
    ("[10042](order_id) was charged twice", EMMA, "paid"),
    ("[10084](order_id)扣了两次款，订单还取消了", "ouyang.wenjing@example.com", "nothing_due"),
])  # fmt: skip
async def test_what_the_payments_show_is_said_before_a_person_looks_for_more(
    shop: Shop, said: str, email: str, shown: str  # noqa: F811
) -> None:
    outcome = await payment(shop, said, email)
    said_first, said_then = (*outcome.before, outcome.act)
    assert (said_first.name, said_then.name) == (f"inform:payment/{shown}", "inform:payment/not_found")
    assert person(outcome) == "payment"


async def test_nobody_who_says_he_paid_is_asked_to_pay(shop: Shop) -> None:  # noqa: F811
    outcome = await payment(shop, "[10051](order_id) failed but the money was taken", EMMA)
    assert (outcome.before, "link" in outcome.act.facts) == ((), False)


# --- payment_methods -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "market", "act"), [
    ("how can I pay?", "uk", "inform:methods"),
    ("can I pay with [Klarna](payment_method)?", "uk", "inform:methods/taken"),
    ("do you take [Alipay](payment_method)?", "uk", "inform:methods/not_taken"),
    ("支持支付宝吗", "cn", "inform:methods/taken"), ("can I use a gift card", "cn", "inform:methods/not_taken"),
    ("[gift card](payment_method)?", "uk", "inform:methods/taken"), ("card or PayPal?", "uk", "inform:methods"),
    ("by [credit card](payment_method)?", "uk", "inform:methods/taken"), ("cash on delivery?", "uk", "inform:methods"),
    ("can I pay with [Klarna](payment_method)?", "", "inform:methods/taken"),  # in the shop's own market, as prices are
    ("can I pay with [Alipay](payment_method)?", "", "inform:passage"),  # which another market may have
])  # fmt: skip
async def test_methods_are_those_of_the_market(shop: Shop, said: str, market: str, act: str) -> None:  # noqa: F811
    outcome = await Desk(shop, payment_methods.SKILL, market=market).says(said)
    assert outcome.act.name == act
    assert len(outcome.cards) <= 1  # beside it the shop's own words, and none that only come near


async def test_without_methods_in_the_policy_the_knowledge_answers(shop: Shop) -> None:  # noqa: F811
    class Bare:
        passages = shop.passages

        async def terms(self, market: str = "") -> Terms:
            return Terms("uk", "GBP", True, (), 7)

    outcome = await Desk(Bare(), payment_methods.SKILL).says("how can I pay?")  # type: ignore[arg-type]
    assert outcome.act.name in knowledge.ACTS and outcome.cards[0].title == "How you can pay"


