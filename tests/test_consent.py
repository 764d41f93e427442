"""Yes and no read strictly: what may let a write happen, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.consent import brakes, explicit_yes, plain_no

YES = r"""
yes | Yes. | YES! | yess | yep | yup | yeah | yea | y | ya | k | ok | OK | okay | okk | okie | Okay then | sure
sure thing | correct | right | exactly | absolutely | definitely | of course | agreed | i agree | fine | fine by me
perfect | great | confirm | confirmed | i confirm | confirm it | go ahead | go for it | do it | ok do it | please do
yes please | Yes, please! | yes please do it | yes thanks | yes, thank you very much | that's right | that’s right
that is correct | Yes, that is correct. | that's fine | sounds good | let's do it | i'm sure | I am sure | i want to
i would like to | i do | oh yes | hi, yes | all right | alright | yes yes | yes, ok | ok, thank you | yes\nplease
ok\nthx | 👍 | 👌🏽 | ✅ | ✔️ | yes 👍 | ok 🙂 | "Yes" | “yes” | ＯＫ | yes！ | yes you can | sure, go ahead then
and yes | 是 | 是的 | 对 | 对的 | 對 | 好 | 好的 | 好呀 | 好吧 | 好啊 | 好的好的 | 好好好 | 可以 | 可以的 | 行
行吧 | 没问题 | 沒問題 | 没错 | 确认 | 確認 | 确定 | 我确定 | 我确认 | 嗯 | 嗯嗯 | 恩 | 就这样 | 就這樣吧 | 就这么办
同意 | 我同意 | 要 | 要的 | 我要 | 办吧 | 当然 | 正确 | 好的，谢谢 | 好的谢谢您 | 是的，麻烦了 | ok的 | OK吧
嗯好的 | 那就好的 | 好滴 | 好哒 | 可以，谢谢🙏 | 好的！ | 好。 | 行，辛苦了 | 对，没问题 | 好的先生
yes go ahead please | yes, go right ahead | please proceed | by all means | happy to go ahead | i'm happy with that
确认办理 | 確認辦理 | 确定办理 | 是的办理吧 | 是的，办理 | 请办理 | 帮我办理吧 | 没问题就这么办 | 就按这个办吧
没意见，办理吧 | 那就这么定了
"""
# (text, verb of the write that was shown)
YES_TO = [
    ("yes, cancel it", "cancel"),
    ("ok cancel the order please", "cancel"),
    ("Yes please cancel my order", "cancel"),
    ("cancel it please", "cancel"),
    ("i want to cancel", "cancel"),
    ("please go ahead and cancel it", "cancel"),
    ("yes, refund me", "cancel"),
    ("好的，取消吧", "cancel"),
    ("取消吧", "cancel"),
    ("确认取消", "cancel"),
    ("我要取消订单", "cancel"),
    ("把订单取消掉，好的", "cancel"),
    ("是的，帮我取消這個訂單", "cancel"),
    ("yes, return it", "return"),
    ("ok send it back", "return"),
    ("退吧", "return"),
    ("好的退货", "return"),
    ("我要退", "return"),
    ("yes, change it", "change_address"),
    ("ok, update the address", "change_address"),
    ("改吧", "change_address"),
    ("好的，就改这个地址", "change_address"),
    ("好的，换吧", "change_items"),
    ("就换吧", "change_items"),
]
NOT_YES = r"""
 | . | ... | ? | no | No. | nope | nah | no thanks | not now | don't | don’t | yes but not yet
yes, but change the address first | yes no | no yes | yes wait | yes\nno wait | yes\nwait | ok\nactually no
ok stop | yes, cancel 10424 | yes 10424 | 1 | 2 | yes to the 2nd | yes if it is free | ok only the blue one
yes but the other one | sure, why | ok? | yes? | right? | is that ok | is it correct | can you confirm
can you do that | could you do it | do you confirm | would that be ok | are you sure | you sure | you ok
please confirm | may i confirm | should i confirm | correct it | please correct the address
correct my address please | cancel | cancel that | please cancel | yes cancel that | never mind | forget it | later
ok later | maybe | perhaps | i guess so | i think so | hmm ok | um yes | ok... | yes… | sorry | sorry yes | not sure
unsure | i am not sure | i can't confirm | undo it | abort | thanks | thank you | please | pls | now | and | then
hello | you | i want it | please i want it | i would like it | please order it | please send my order | send it
the order | that one | ok that one | yes the blue one | great news | good morning | good bye | ok computer
fine print | yes to refund no to return | yes sure whatever | right now | go away | do not do it | ok, which one
👎 | yes 👎 | ok 🛑 | 🤔 | ok 🤔 | 😡 | 🤷 | ❌ | yes ❌ | ja | oui | si | sí | да | はい | yesterday | yes-terday
okra | surely not | 不 | 不是 | 不要 | 不行 | 不用了 | 别 | 先别 | 等等 | 等一下 | 好的但是等等 | 好的但是我想改地址
好的，不过先等一下 | 是的\n等一下 | 好\n算了 | 算了 | 不好意思 | 不好意思，好的 | 对不起 | 没有 | 没 | 好吗 | 可以吗
行吗 | 是吗 | 好么 | 对吧 | 是吧 | 可以吧 | 你确定 | 您确定 | 你確定嗎 | 你们确定 | 请确认 | 請確認 | 对了 | 好了
行了 | 好了好了 | 对了，我想问一下 | 换一个 | 改成蓝色 | 还是不要了 | 好的，换个颜色 | 要改地址 | 我要改 | 这个
我要这个 | 订单 | 取消 | 退货 | 谢谢 | 谢谢你 | 麻烦了 | 请 | 吧 | 的 | 了 | 我 | 你 | 就 | 那个 | 好的10424
是10424 | 好的，只退一件 | 好像是 | 好贵 | 好慢 | 怎么取消 | 为什么 | 多少钱 | 可不可以 | 是不是 | 好不好
如果免费就好 | 要是能快点就好 | 另外一个 | 太好了 | 好的吗 | 嗯？ | 嗯… | 嗯... | 错了 | 不错 | 特别好 | 別 | 沒有
換一個 | 還是算了
"""
# (text, verb of the write that was shown): the name of another task says that something else is meant
NOT_YES_TO = [
    ("ok cancel", "return"),
    ("please cancel it", "change_address"),
    ("yes, cancel it", "change_address"),
    ("取消吧", "change_address"),
    ("好的取消", "return"),
    ("yes return it", "cancel"),
    ("我要退货", "cancel"),
    ("ok, change it", "cancel"),
    ("要改地址", "cancel"),
    ("please send my order", "cancel"),
    ("cancel", "cancel"),
    ("取消", "cancel"),
    ("please cancel", "cancel"),
    ("yes cancel that", "cancel"),
    ("can you cancel it", "cancel"),
    ("don't cancel it", "cancel"),
    ("不取消", "cancel"),
    ("不要取消", "cancel"),
    ("yes, cancel the other order", "cancel"),
    ("yes cancel all my orders", "cancel"),
    ("ok send it", "return"),
    ("yes, change it to 12 High Street", "change_address"),
    ("换一个", "change_items"),
    ("好的，换成L码", "change_items"),
    ("好的，换吧", "cancel"),
    ("不办理", "cancel"),
    ("怎么办理", "cancel"),
]
NO = r"""
no | No! | nope | nah | n | no no | no, thanks | no thank you | thanks, no | not now | don't | don’t | please don't
no need | 不 | 不要 | 不要了 | 不用 | 不用了，谢谢 | 不是 | 不行 | 不对 | 别 | 別 | 否 | 算了 | 不！ | 不对，不是
"""
NOT_NO = r"""
yes | ok | thanks | please |  | . | no, the blue one | no problem | not 10424 | note | know | now
nothing else to add today | don't cancel it | no it is not late | 好的 | 谢谢 | 不知道 | 不好意思 | 别的
不是这个订单 | 没问题 | none of them fit me | 10424
"""


def rows(table: str) -> list[str]:
    return [text.strip(" ").replace("\\n", "\n") for line in table.splitlines() if line for text in line.split("|")]


@pytest.mark.parametrize("text", [text for text in rows(YES) if text])
def test_says_yes_to_whatever_was_shown(text: str) -> None:
    assert [explicit_yes(text, verb) for verb in ("", "cancel", "return", "change_address")] == [True] * 4


@pytest.mark.parametrize(("text", "verb"), YES_TO)
def test_may_name_the_task_that_was_shown(text: str, verb: str) -> None:
    assert explicit_yes(text, verb)


@pytest.mark.parametrize("text", rows(NOT_YES))
def test_is_no_explicit_yes(text: str) -> None:
    assert not explicit_yes(text)


@pytest.mark.parametrize(("text", "verb"), NOT_YES_TO)
def test_is_no_explicit_yes_to_that_task(text: str, verb: str) -> None:
    assert not explicit_yes(text, verb)


@pytest.mark.parametrize("text", rows(NO))
def test_is_a_plain_no_and_never_a_yes(text: str) -> None:
    assert (plain_no(text), explicit_yes(text)) == (True, False)


@pytest.mark.parametrize("text", rows(NOT_NO))
def test_is_no_plain_no(text: str) -> None:
    assert not plain_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes but",
        "wait",
        "hold on",
        "好的但是",
        "等一下",
        "don’t",
        "yes?",
        "行吗",
        "还是算了",
        "ok...",
        "错了",
        "ok了but等等",
    ],
)
def test_brakes(text: str) -> None:
    assert brakes(text)


@pytest.mark.parametrize(
    "text", ["yes", "ok thanks", "好的", "没问题", "没错", "yes, knock yourself out", "就这么办", "thank you ok"]
)
def test_does_not_brake(text: str) -> None:
    assert not brakes(text)


PIECES = st.sampled_from(
    [*rows(YES), *(text for text, _ in YES_TO), " ", ", ", "\n", "please ", "谢谢", "吧", "the order "]
)
REFUSALS = st.sampled_from([
    "no", "not", "don't", "don’t", "wait", "stop", "but", "never", "cancel that", "later", "instead",
    "actually", "wrong", "不", "别", "别取消", "等一下", "但是", "算了", "还是",
    "换", "没有", "先不", "?", "？", "吗", "👎", "🛑",
])  # fmt: skip
VERBS = st.sampled_from(["", "cancel", "return", "change_address", "unheard_of"])


@given(st.lists(PIECES, max_size=4), st.characters(categories=["Nd", "Nl", "No"]), st.lists(PIECES, max_size=4), VERBS)
def test_text_with_a_figure_is_never_a_yes(before: list[str], figure: str, after: list[str], verb: str) -> None:
    assert not explicit_yes("".join([*before, figure, *after]), verb)


@given(st.lists(PIECES, max_size=4), REFUSALS, st.lists(PIECES, max_size=4), VERBS)
def test_text_with_a_refusal_is_never_a_yes(before: list[str], refusal: str, after: list[str], verb: str) -> None:
    assert not explicit_yes(" ".join([*before, refusal, *after]), verb)


@given(st.text(alphabet=st.sampled_from([*"abcdeknosty' .,?!\n", *"好的是不吗了对行取消退改👍👎"]), max_size=12), VERBS)
def test_nothing_is_yes_and_no_at_once(text: str, verb: str) -> None:
    assert not (explicit_yes(text, verb) and (plain_no(text) or brakes(text)))
