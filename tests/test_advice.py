"""What a message says for advice, in both languages: measures, sizes, budgets, comparing, whose purchases may count."""

import time
from collections.abc import Mapping

import pytest

from bot import advice, budget, cues, measures, sizing
from bot.budget import Budget
from bot.commerce import Measure, SizeRow
from bot.conversation import SlotSpan
from bot.facts import Money


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("I'm 178cm and 75kg", {"height": 178, "weight": 75}),
        ("5 ft 10 and 12 stone 4", {"height": 177.8, "weight": 78}),
        ("5'10\" tall", {"height": 177.8}),
        ("42 inch chest, 34 in waist", {"chest": 106.7, "waist": 86.4}),
        ("chest is about 96", {"chest": 96}),
        ("my waist is 32", {"waist": 81.3}),  # nobody's is 32 cm
        ("foot length 26.5cm", {"foot": 26.5}),
        ("his neck is 40 cm", {"neck": 40}),
        ("1.82m, I weigh 65 kilos", {"height": 182, "weight": 65}),
        ("胸围96", {"chest": 96}),
        ("身高175体重140斤", {"height": 175, "weight": 70}),
        ("我175 70公斤穿什么码", {"height": 175, "weight": 70}),
        ("175/65穿多大", {"height": 175, "weight": 65}),
        ("我一米七五，体重130", {"height": 175, "weight": 65}),
        ("腰圍82，身高1米78", {"waist": 82, "height": 178}),
        ("脚长245", {"foot": 24.5}),
        ("我家狗脖子40厘米", {"neck": 40}),
        ("我160，体重100", {"height": 160, "weight": 50}),  # 斤, as most people mean it
        ("身高175体重75", {"height": 175, "weight": 75}),
        ("我160，90穿什么", {"height": 160, "weight": 45}),
        ("腰围2尺4", {"waist": 80}),
        ("inside leg 32", {"inside_leg": 81.3}),
        ("my dog's chest is 45", {"chest": 45}),
        ("I'm 5 foot 8", {"height": 172.7}),
        ("6 feet tall", {"height": 182.9}),
        ("this is my 1st order, I'm 178cm", {"height": 178}),
        ("for my son's 21st birthday, chest 98", {"chest": 98}),
        ("I usually wear 175/92A", {"height": 175}),
        ("sent it back 3 days ago", {}),
        ("size 42, please", {}),
        ("order 10042", {}),
        ("两件M码", {}),
    ],
)
def test_measures_in_a_message(text: str, values: Mapping[str, float]) -> None:
    assert {measure.value: value for measure, value in measures.found(text).items()} == values


@pytest.mark.parametrize(
    ("measure", "text", "value"),
    [
        (Measure.CHEST, "96", "96"),
        (Measure.CHEST, "about 38 inches", "96.5"),
        (Measure.FOOT, "255", "25.5"),
        (Measure.HEIGHT, "1.75", "175"),
        (Measure.HEIGHT, "175cm I think", "175"),
        (Measure.CHEST, "no idea", None),
        (Measure.CHEST, "40 or 42", None),
    ],
)
def test_the_answer_to_a_measure(measure: Measure, text: str, value: str | None) -> None:
    assert measures.answer(measure, text) == value


CHART = tuple(
    SizeRow(size, measure, low, high)
    for measure, rows in {
        Measure.CHEST: (("S", 88, 94), ("M", 95, 101), ("L", 103, 108)),
        Measure.HEIGHT: (("S", 160, 168), ("M", 167, 175), ("L", 174, 182)),
    }.items()
    for size, low, high in rows
)


@pytest.mark.parametrize(
    ("given", "runs", "sizes"),
    [
        ({Measure.CHEST: 97}, "", ("M",)),
        ({Measure.CHEST: 102}, "", ("M", "L")),  # between two rows
        ({Measure.CHEST: 100.5}, "small", ("M", "L")),  # near the end of a row, and it runs small
        ({Measure.CHEST: 100.5}, "true", ("M",)),
        ({Measure.CHEST: 90, Measure.HEIGHT: 172}, "", ("S", "M")),  # the measures disagree
        ({Measure.CHEST: 85}, "", ("S",)),  # a hair below the chart
        ({Measure.CHEST: 110}, "small", ("L",)),
        ({Measure.CHEST: 70}, "", ()),
        ({Measure.CHEST: 97, Measure.HEIGHT: 199}, "", ()),
    ],
)
def test_which_size_fits(given: dict[Measure, float], runs: str, sizes: tuple[str, ...]) -> None:
    found = sizing.fit(CHART, given, runs)
    assert found is not None and found.sizes == sizes


def test_a_measure_the_chart_does_not_know_says_nothing() -> None:
    assert sizing.fit(CHART, {Measure.WAIST: 80}) is None
    assert sizing.asked_first(CHART) is Measure.CHEST


def _limits(low: int | None, high: int | None, currency: str) -> Budget:
    return Budget(Money(low, currency) if low else None, Money(high, currency) if high else None)


@pytest.mark.parametrize(
    ("text", "currency", "low", "high"),
    [
        ("under 50 pounds", "GBP", None, 5000),
        ("£20-30", "GBP", 2000, 3000),
        ("between 20 and 30", "GBP", 2000, 3000),
        ("around 40 quid", "GBP", 3000, 5000),
        ("under fifty", "GBP", None, 5000),
        ("for under a tenner", "GBP", None, 1000),
        ("anything over £100", "GBP", 10000, None),
        ("200元以内", "CNY", None, 20000),
        ("两百块以内", "CNY", None, 20000),
        ("不超过三百五", "CNY", None, 35000),
        ("预算300左右", "CNY", 22500, 37500),
        ("一百以上的", "CNY", 10000, None),
        ("10镑以下", "GBP", None, 1000),
        ("less than $40", "GBP", None, None),  # another currency: nothing is known of it here
        ("200元以内", "GBP", None, None),
        ("size 42-44", "GBP", None, None),
        ("for 2 people", "GBP", None, None),
        ("a gift, no less than £50", "GBP", 5000, None),
        ("不低于200", "CNY", 20000, None),
        ("£20 or more", "GBP", 2000, None),
        ("no more than £20", "GBP", None, 2000),
        ("a backpack under £1,500", "GBP", None, 150000),
        ("1,000元以内", "CNY", None, 100000),
        ("kids aged 8 to 10, under £30", "GBP", None, 3000),
        ("推荐一块香皂", "CNY", None, None),
        ("50块以内", "CNY", None, 5000),
    ],
)
def test_a_budget_in_the_market_s_currency(text: str, currency: str, low: int | None, high: int | None) -> None:
    assert budget.read(text, currency) == _limits(low, high, currency)


def test_a_message_that_names_a_limit() -> None:
    assert (budget.named("要50英镑以内的"), budget.named("under $40")) == ("GBP", "USD")
    others = ("in blue, size 42", "over 3 days late", "within 2 days?", "return the jumper from 10044", "最多3天到")
    assert not any(map(budget.named, others))


def _spans(text: str, *products: str) -> tuple[SlotSpan, ...]:
    return tuple(SlotSpan("product", name, text.index(name), text.index(name) + len(name)) for name in products)


@pytest.mark.parametrize(
    ("text", "products", "compares"),
    [
        ("which is better, the linen shirt or the mug?", ("linen shirt", "mug"), True),
        ("linen shirt vs mug", ("linen shirt", "mug"), True),
        ("亚麻衬衫和马克杯有什么区别", ("亚麻衬衫", "马克杯"), True),
        ("亚麻衬衫和马克杯哪个好", ("亚麻衬衫", "马克杯"), True),
        ("which is better, the linen shirt or the flux capacitor?", ("linen shirt",), True),
        ("what's the difference between the linen shirt and the blorb", ("linen shirt",), True),
        ("亚麻衬衫和量子衬衫哪个好？", ("亚麻衬衫",), True),
        ("what's the difference between standard and express delivery?", (), False),
        ("what's the difference between the linen shirt in white and that linen shirt?", ("linen shirt",), False),
        ("I want to send back the linen shirt or the mug", ("linen shirt", "mug"), False),
        ("which is better?", (), False),
        ("Skylark vs Pebble", (), True),
        ("compare beacon and ember", (), True),
        ("is the linen shirt better in white?", ("linen shirt",), False),
        ("how much are the linen shirt and the mug? best regards, Tom", ("linen shirt", "mug"), False),
        ("add the linen shirt and the mug, whichever colour is best", ("linen shirt", "mug"), False),
        ("the linen shirt and the mug in different colours please", ("linen shirt", "mug"), False),
        ("我要买不同颜色的亚麻衬衫和马克杯", ("亚麻衬衫", "马克杯"), False),
    ],
)
def test_products_set_against_each_other(text: str, products: tuple[str, ...], compares: bool) -> None:
    assert advice.compares(text, _spans(text, *products)) is compares


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("don't use my purchase history for suggestions", False),
        ("Please stop basing recommendations on what I've bought", False),
        ("recommend something, but not based on my past orders", False),
        ("turn off personalised recommendations", False),
        ("不要用我的购买记录推荐", False),
        ("關閉個性化推薦", False),
        ("you can use my order history for recommendations again", True),
        ("可以用我的购买记录推荐", True),
        ("recommend something like what I bought in May", None),
        ("don't recommend the mug", None),
        ("what does my order history look like", None),
        ("Please advise, I have not received what I ordered", None),
        ("I don't want what I ordered any more, what do you suggest?", None),
        ("please suggest something based on my previous orders", None),
        ("我想取消下单的订单，有什么建议", None),
        ("可以推荐和我买过的鞋子搭配的吗", None),
        ("推荐一款马克杯", None),
    ],
)
def test_whether_purchases_may_count(text: str, wish: bool | None) -> None:
    assert advice.history_wish(text) is wish


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("something else please", "others"),
        ("show me others", "others"),
        ("any more options?", "others"),
        ("not that one, something else", "others"),
        ("no, another one please", "others"),
        ("换一批", "others"),
        ("还有别的吗", "others"),
        ("再推荐几个", "others"),
        ("不要这个，换一个", "others"),
        ("這個不要，換一款", "others"),
        ("anything cheaper?", "cheaper"),
        ("it's a bit too expensive", "cheaper"),
        ("有便宜点的吗", "cheaper"),
        ("太贵了", "cheaper"),
        ("太贵了，还有更便宜的吗", "cheaper"),
        ("still too expensive", "cheaper"),
        ("another brand", "other_brand"),
        ("do you have one from a different brand?", "other_brand"),
        ("换个牌子", "other_brand"),
        ("有別的品牌嗎", "other_brand"),
        ("do you have a bigger one?", "bigger"),
        ("大一点的有吗", "bigger"),
        ("something smaller please", "smaller"),
        ("有小一号的吗", "smaller"),
        ("something else is wrong with my order", ""),
        ("another order", ""),
        ("no more", ""),
        ("no more please", ""),
        ("the shipping is too expensive", ""),
        ("a bigger shirt in place of the one in my order", ""),
        ("太贵了，帮我取消订单", ""),
        ("换一个尺码", ""),
        ("换货", ""),
        ("别的地址", ""),
        ("不要了", ""),
    ],
)
def test_which_way_a_message_turns_from_what_was_shown(text: str, turn: str) -> None:
    assert advice.turned(text) == turn


@pytest.mark.parametrize("unit", ["这个", "有没有", "a bit ", "不要了", "it's "])
def test_a_hostile_text_is_read_in_no_time(unit: str) -> None:
    began = time.perf_counter()
    advice.turned((unit * 80)[:80] + "x")
    advice.turned((unit * 80)[:79])
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what goes with the Ridgeway walking boots?", "Ridgeway walking boots"),
        ("what would suit my walking boots", "walking boots"),
        ("accessories for the camera", "camera"),
        ("山脊徒步靴配什么好", "山脊徒步靴"),
        ("有什么能搭配亚麻衬衫", "亚麻衬衫"),
        ("what goes with it?", ""),
        ("what goes well with what I bought?", ""),
        ("where does the parcel go?", ""),
    ],
)
def test_what_something_is_to_go_with(text: str, name: str) -> None:
    assert cues.beside(text) == name


@pytest.mark.parametrize(
    ("text", "browses"),
    [
        ("what bags do you have?", True),
        ("which kinds of green tea are there", True),
        ("show me lamps", True),
        ("can I see all your rugs", True),
        ("有什么灯", True),
        ("你们家包都有哪些", True),
        ("what colours do you have the linen shirt in", False),
        ("which payment methods do you have", False),
        ("what does the kettle cost", False),
        ("这款有什么颜色", False),
        ("有什么优惠", False),
    ],
)
def test_a_range_of_goods_is_asked_for(text: str, browses: bool) -> None:
    assert advice.browses(text) is browses


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("show me your pots", "pots"),
        ("could you show me all your garden tools please?", "garden tools"),
        ("有哪些花盆？", "花盆"),
        ("你们有什么园艺工具", "园艺工具"),
        ("给我看看你们的厨房用品", "厨房用品"),
        ("show me your return policy", ""),
        ("show me a picture of a cat", ""),
        ("给我看看我的订单", ""),
        ("有哪些付款方式", ""),
        ("有什么优惠", ""),
        ("有什么推荐给我的", ""),
        ("有哪些热销的东西", ""),
        ("show me your best sellers", ""),
    ],
)
def test_goods_that_are_browsed_are_taken_as_they_are_called(text: str, goods: str) -> None:
    assert advice.goods_browsed(text) == goods


@pytest.mark.parametrize(
    ("text", "marked", "goods"),
    [
        ("compare the linen shirt with the flux capacitor", ("linen shirt",), ("linen shirt", "flux capacitor")),
        ("which is cheaper: the linen shirt or a mug?", ("mug",), ("mug", "linen shirt")),
        ("亚麻衬衫跟量子衬衫有什么区别", ("亚麻衬衫",), ("亚麻衬衫", "量子衬衫")),
        ("which is better, the linen shirt or the mug?", ("linen shirt", "mug"), ("linen shirt", "mug")),
        ("how much is the linen shirt?", ("linen shirt",), ("linen shirt",)),
    ],
)
def test_the_side_that_was_not_recognised_is_taken_in_its_own_words(
    text: str, marked: tuple[str, ...], goods: tuple[str, ...]
) -> None:
    assert advice.compared(_spans(text, *marked), text) == goods
