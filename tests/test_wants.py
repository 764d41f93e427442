"""What the words of a message say about an order: tables, in both languages."""

import pytest

from bot import wants


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("show my orders", True),
        ("Can you show me my last orders?", True),
        ("what's the status of all my orders", True),
        ("track all of my open orders", True),
        ("order history please", True),
        ("which orders do I have", True),
        ("what orders have I placed", True),
        ("where is my order", False),
        ("where is order 10042", False),
        ("the order before last", False),
        ("我的订单有哪些", True),
        ("我的所有订单到哪了", True),
        ("查询我的全部订单", True),
        ("我名下的订单都查一下", True),
        ("最近几单都发货了吗", True),
        ("看下订单列表", True),
        ("我的訂單有哪些", True),
        ("我的订单到哪了", False),
        ("就最近那一单", False),
        ("我要最近的单号", False),
        ("查一下10042这个订单", False),
    ],
)
def test_a_list_is_told_from_a_single_order(text: str, listed: bool) -> None:
    assert wants.lists_orders(text) is listed


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("list of my open orders", True), ("which of my orders are on the way", True), ("哪些订单还没到", True),
        ("我在路上的订单有哪些", True), ("all my orders", False), ("我的全部订单", False),
    ],
)  # fmt: skip
def test_a_list_of_what_is_still_to_come(text: str, only: bool) -> None:
    assert wants.open_only(text) is only


@pytest.mark.parametrize(
    ("text", "used", "kind"),
    [
        ("the mug arrived broken", False, "damaged"),
        ("there's a hole in the jumper", False, "damaged"),
        ("the slippers are missing from the box", False, "missing_item"),
        ("the charger wasn't in the box", False, "missing_item"),
        ("I only got one of the two mugs", False, "missing_item"),
        ("you sent me the wrong colour", False, "wrong_item"),
        ("this isn't what I ordered", False, "wrong_item"),
        ("I got somebody else's jumper", False, "wrong_item"),
        ("the umbrella stopped opening", True, "defective"),
        ("the lamp doesn't work", False, "defective"),
        ("the speaker won't charge any more", True, "defective"),
        ("the umbrella broke after two months", True, "defective"),
        ("something is not right with it", False, ""),
        ("I don't like it", False, ""),
        ("杯子碎了", False, "damaged"),
        ("衬衫破了一个洞", False, "damaged"),
        ("少了一件", False, "missing_item"),
        ("耳机没给充电线，漏发了", False, "missing_item"),
        ("发错货了", False, "wrong_item"),
        ("颜色不对", False, "wrong_item"),
        ("不是我买的那个", False, "wrong_item"),
        ("台灯不亮了", False, "defective"),
        ("雨伞打不开了", True, "defective"),
        ("耳机坏了", True, "defective"),
        ("耳機壞了", False, "damaged"),
        ("不太满意", False, ""),
    ],
)
def test_what_is_wrong_is_read_from_the_words(text: str, used: bool, kind: str) -> None:
    assert wants.problem(text, used=used) == kind


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("my headphones stopped working", True),
        ("the umbrella stopped opening, is my warranty still good?", True),
        ("is my kettle still covered? it leaks", True),
        ("耳机坏了，能保修吗", True),
        ("我的雨伞打不开，还在保修期吗", True),
        ("how long is the warranty on headphones?", False),
        ("is the keyboard covered if coffee leaked in?", False),
        ("are scratches covered by the guarantee?", False),
        ("what does the warranty cover", False),
        ("保修多久", False),
        ("如果坏了怎么保修", False),
        ("划痕保修吗", False),
        ("质保包括哪些", False),
    ],
)
def test_a_defect_is_told_from_a_question_about_terms(text: str, defect: bool) -> None:
    assert wants.tells_of_defect(text) is defect


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("I want a refund", "refund"),
        ("can I have my money back", "refund"),
        ("please send me a new one", "replacement"),
        ("could you replace it", "replacement"),
        ("just send it again", "replacement"),
        ("please send the missing mug", "replacement"),
        ("I only need a spare part", "part"),
        ("can you send me the lid", "part"),
        ("I don't want a refund, send me a new one", "replacement"),
        ("refund or replacement, I don't mind", None),
        ("it is broken", None),
        ("退款", "refund"),
        ("把钱退给我", "refund"),
        ("换一个新的", "replacement"),
        ("补发一件", "replacement"),
        ("给我补个配件就行", "part"),
        ("不要退款，换新的", "replacement"),
        ("退款或者换货都行", None),
        ("配件不全", None),
    ],
)
def test_a_wish_is_read_where_exactly_one_is_asked_for(text: str, wish: str | None) -> None:
    assert wants.wish(text) == wish


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I refused the delivery", "refused"),
        ("we did not accept the parcel", "refused"),
        ("the courier left it at the wrong house", "elsewhere"),
        ("he dumped the parcel behind the bins", "elsewhere"),
        ("somebody has stolen it from my porch", "elsewhere"),
        ("it says delivered but I never got it", "missing"),
        ("tracking shows it as delivered, nothing here", "missing"),
        ("delivered yesterday, but it isn't here", "missing"),
        ("who signed for it? signed for by nobody I know", "missing"),
        ("I think it's lost", "lost"),
        ("my parcel has gone missing", "lost"),
        ("the courier couldn't find my address", "unreachable"),
        ("I missed the delivery, can they come again", "unreachable"),
        ("nobody was home", "unreachable"),
        ("it is three days late, please chase", ""),
        ("我拒收了", "refused"),
        ("送错地方了", "elsewhere"),
        ("快递放在楼下了", "elsewhere"),
        ("显示签收了，但我没收到", "missing"),
        ("显示已妥投可是什么都没有", "missing"),
        ("快递丢了", "lost"),
        ("快遞弄丟了", "lost"),
        ("快递说地址找不到", "unreachable"),
        ("没人在家，能再送一次吗", "unreachable"),
        ("怎么还没到，催一下", ""),
    ],
)
def test_what_happened_to_a_parcel(text: str, kind: str) -> None:
    assert wants.trouble(text) == kind


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("it says delivered, but nobody has it, I asked the neighbours", True),
        ("not with the neighbours, not at reception", True),
        ("显示签收，邻居和门卫都问过了", True),
        ("I haven't asked the neighbours", False),
        ("it says delivered but it's not here", False),
        ("显示签收了，没收到", False),
    ],
)
def test_who_has_asked_around_already_is_not_asked(text: str, asked: bool) -> None:
    assert wants.asked_around(text) is asked


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"), ("Yes, I've asked everyone", "yes"), ("no, I looked everywhere", "yes"),
        ("nobody has it", "yes"),
        ("not yet", "no"), ("no", "no"), ("I'll go and look", "no"), ("haven't asked yet", "no"), ("maybe", None),
        ("问过了，都没有", "yes"), ("都找过了", "yes"), ("没人收到", "yes"), ("是的", "yes"), ("还没问", "no"),
        ("我去问问", "no"), ("没有", "no"), ("也许吧", None),
    ],
)  # fmt: skip
def test_the_answer_whether_one_has_looked(text: str, answer: str | None) -> None:
    assert wants.checked(text) == answer


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("what happened to my return?", True),
        ("any news on the trainers I sent back?", True),
        ("how is my return going", True),
        ("我退的货怎么样了", True),
        ("退的鞋子收到了吗", True),
        ("退货进度", True),
        ("how do returns work?", False),
        ("where is my return label?", False),
        ("what about your return policy", False),
        ("退货怎么办", False),
        ("怎么退货", False),
        ("退货寄到哪里", False),
    ],
)
def test_the_state_of_a_return_is_told_from_how_to_return(text: str, asked: bool) -> None:
    assert wants.asks_after_return(text) is asked


@pytest.mark.parametrize(
    ("text", "number", "asked"),
    [
        ("where's SC-2002?", "SC-2002", True), ("Where is my order 10042", "10042", True),
        ("when will 10042 arrive?", "10042", True), ("where is sc 2001", "SC-2001", True),
        ("10101到哪了", "10101", True), ("请问订单10101什么时候到？", "10101", True), ("10101在哪", "10101", True),
        ("where is my refund for 10042", "10042", False), ("10101的发票到哪了", "10101", False),
        ("10042", "10042", False), ("where is it", "", False),
    ],
)  # fmt: skip
def test_a_question_where_one_order_is_and_no_more(text: str, number: str, asked: bool) -> None:
    assert wants.asks_where(text, number) is asked


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("the chain from SC-2003 broke after one ride", True), ("订单10102的手套坏了，线开了", True),
        ("I ordered the wrong size", False), ("exchange the broken mug for a new one", False),
        ("what if it breaks", False), ("swap it for XL", False),
    ],
)  # fmt: skip
def test_goods_that_broke_are_told_from_goods_to_be_swapped(text: str, fault: bool) -> None:
    assert wants.tells_of_fault(text) is fault


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("how do i get a refund for my shorts", True), ("how can I get my money back", True), ("怎么退款", True),
        ("where is my refund", False), ("when will I get my refund", False), ("退款到哪了", False),
    ],
)  # fmt: skip
def test_a_refund_that_is_asked_for_is_not_asked_after(text: str, asked: bool) -> None:
    assert wants.asks_for_refund(text) is asked
