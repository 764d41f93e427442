"""Words that ask to be told, words that take it back, and what sounds like either and is not."""

import pytest
from opencc import OpenCC

from bot.opt_in import asked, takes_back

TRADITIONAL = [OpenCC(name).convert for name in ("s2t", "s2tw", "s2hk")]

ASKED = [tuple(line.split("|", 1)) for line in """
sent|tell me when it ships
sent|let me know when order 10043 ships
sent|please notify me when 10043 has been sent
sent|can you tell me once it's dispatched
sent|ping me when my parcel is on its way
sent|Could you let me know as soon as my order leaves the warehouse?
sent|I'd like to be told when it goes out
sent|once it's shipped please tell me
sent|When it's on its way, let me know please
sent|don't forget to let me know when it ships
sent|give me a shout when 10043 is dispatched
sent|can I get a notification when it ships?
sent|lmk when 10043 ships
sent|I'd like to know as soon as it is sent
sent|Would you mind letting me know when my order goes out?
sent|when you've shipped it, drop me a line
sent|notify when shipped
back|put me on the waiting list for the navy M shirt
back|would you let me know when the blue one's available again
refunded|I'd like a heads up when my money is returned
delayed|let me know if anything holds it up
delayed|tell me if order 10042 gets delayed
delayed|let me know if it is going to be late
delayed|if it's not going to arrive on time, tell me
delayed|warn me if the delivery date is pushed back
anything|keep me posted on order 10043
anything|notify me
anything|let me know if there's any news
back|let me know when it’s back in stock
back|let me know when it's back
back|notify me when the linen shirt is back in stock in M
back|tell me when the wool jumper in navy M is available again
back|let me know if you ever get it back in
back|send me an email when you have more of them
refunded|notify me when the refund is through
refunded|let me know when my refund arrives for 10044
refunded|tell me when the money is back on my card
refunded|drop me a line once I've been reimbursed
approved|let me know when my return has been approved
approved|tell me when the cancellation is approved
approved|let me know once your team has decided
sent|发货了告诉我
sent|10102发货了告诉我
sent|订单10102发货了通知我一声
sent|等发货后请跟我说一声
sent|寄出去了麻烦告诉我一下
sent|什么时候发货通知我一下
sent|什么时候发货了跟我讲一声
sent|发出来了踢我一下
back|等有货了通知下我
back|M码到了叫我
delayed|如果不能按时到请通知我
delayed|要是送晚了提前告诉我
back|有货了通知我
back|到货了提醒我一下
back|亚麻衬衫M码有货了通知我
back|补货的话告诉我
back|帮我设置到货提醒
refunded|退款到账提醒我
refunded|10103退款到账了告诉我一声
refunded|钱退回来了跟我说一下
delayed|如果延误了告诉我
delayed|要是晚到了请通知我
approved|批准了通知我
approved|审核通过了告诉我
anything|通知我
anything|有消息了告诉我
""".strip().splitlines()]  # fmt: skip

# A day is asked for, the past is told of, somebody else tells, or nothing is awaited.
DOUBLES = """
tell me when it will ship
can you tell me when my order ships?
let me know when I'll get my refund
please tell me when I can expect it
I was notified that my order shipped but it hasn't
do I get an email when it ships?
why didn't you tell me when it shipped?
you never let me know when it was sent
they said they would let me know when it ships
let me know if you have it in stock in M
let me know if my refund has been processed
tell me when it was sent
let me know, thanks
let me know how I can return it
tell me about the linen shirt
please tell me once and for all where my refund is
let me know if the refund is not here by Friday
text me
don't tell me it's late again
nobody told me it was delayed
you should have let me know when it was delayed
remind me of the price
notify me of your sales
do you let me know when it ships?
发货了会通知我吗
我收到通知说已经发货了
你们通知我取件但是没有收到
为什么发货了不告诉我
告诉我什么时候发货
告诉我有没有货
发货了也没通知我
延误了也不说一声
客服告诉我发货了
退款到账了吗
告诉我退款进度
请告诉我什么时候有货
我要退货，怎么通知快递
已经发货了，请告诉我单号
快递通知我明天到
到货了没人通知我
""".strip().splitlines()

TAKEN_BACK = """
stop the notifications
stop notifying me
don't notify me any more
no more updates please
unsubscribe me from the notices
you don't need to tell me any more
no need to let me know when it ships
Don't tell me any more
don't bother telling me
cancel the reminder
please stop sending me updates
I don't want any notifications
不用提醒了
不用通知我了
取消提醒
别再通知我了
关掉到货通知
不要再给我发提醒了
不用告诉我了
不再通知我
提醒关了吧
""".strip().splitlines()

NOT_TAKEN_BACK = """
don't tell me it's late again
stop telling me to wait
stop my order
cancel my order
I got a notification
tell me when it ships
I don't want any message on the card
不用告诉我为什么
通知我
发货了告诉我
你没有通知我
我没收到通知
""".strip().splitlines()


def written(text: str) -> set[str]:
    """The text, and as it is written in traditional Chinese."""
    return {text, *(write(text) for write in TRADITIONAL)}


@pytest.mark.parametrize(("what", "text"), ASKED)
def test_what_is_asked_to_be_told(what: str, text: str) -> None:
    for form in written(text):
        wish = asked(form)
        assert wish is not None, form
        assert wish.awaited == what, form


@pytest.mark.parametrize("text", DOUBLES)
def test_what_sounds_like_a_wish_to_be_told_is_none(text: str) -> None:
    assert not [form for form in written(text) if asked(form)]


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_what_is_taken_back(text: str) -> None:
    assert all(map(takes_back, written(text)))
    assert asked(text) is None


@pytest.mark.parametrize("text", NOT_TAKEN_BACK)
def test_what_takes_nothing_back(text: str) -> None:
    assert not any(map(takes_back, written(text)))


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("for my order 10043 please tell me when it ships", True),
        ("tell me when the cancellation is approved", True),
        ("cancel order 10043 and let me know when the refund is through", False),
        ("let me know when the refund is through and cancel order 10043", False),
        ("订单10102发货了请通知我", True),
        ("取消订单10102，退款到账了告诉我", False),
    ],
)
def test_whether_something_else_is_asked_for_in_the_same_message(text: str, alone: bool) -> None:
    wish = asked(text)
    assert wish is not None
    assert wish.alone is alone
