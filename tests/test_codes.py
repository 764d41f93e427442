"""One-time codes as people write them, and what must not be taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import codes


@pytest.mark.parametrize(
    "text",
    [
        "482193", " 482193 ", "482 193", "48 21 93", "4 8 2 1 9 3", "482-193", "4-8-2-1-9-3", "４８２１９３",
        "４８２　１９３", "482193.", "“482193”", "it's 482193", "the code is 482193", "482193 is the code",
        "the code I got by mail just now says 482193, thanks", "验证码是482193", "验证码：482193", "482193，谢谢",
        "我收到的验证码是482193", "四八二一九三", "验证码 四八二 一九三", "482\n193", "my number is 482193",
    ],
)  # fmt: skip
def test_a_code_is_read_however_it_is_written(text: str) -> None:
    assert codes.given(text) == "482193"


@pytest.mark.parametrize(
    "text",
    [
        "", "48219", "4821934", "order 482193", "where is order 482193?", "postcode 315100", "邮编315100", "订单482193",
        "07700 900123", "+44 7700 900123", "138 0000 0201", "13800000201", "AB482193", "482193GB", "#482193", "£482193",
        "482193 or 482194", "3.482193", "2026-03-04 10", "my promo code 482193 doesn't work", "手机号482193",
        "please send it to 12 High Street, 315100 Ningbo, and the flat is 4",
        "宁波市鄞州区天童南路588号 315100 两个包裹一起",
    ],
)  # fmt: skip
def test_what_is_no_code_is_none(text: str) -> None:
    assert codes.given(text) == ""


def test_a_run_is_hidden_where_it_stands_and_everything_else_stays() -> None:
    text = "code: ４８２ 193 🙂 thanks"
    [(start, end, digits)] = codes.found(text)
    assert (digits, codes.hide(text, start, end)) == ("482193", "code: ••••••• 🙂 thanks")


@given(st.text(alphabet=st.sampled_from([*"0123456789４８-  .,abc码是\n"]), max_size=24))
def test_hiding_leaves_no_code_and_moves_nothing(text: str) -> None:
    hidden = text
    for start, end, _ in codes.found(text):
        hidden = codes.hide(hidden, start, end)
    assert len(hidden) == len(text)
    assert not [run for run in codes.found(hidden) if run in codes.found(text)]


@pytest.mark.parametrize(
    ("text", "again", "lost"),
    [
        ("send it again", True, False),
        ("could you send me a new code", True, False),
        ("I haven't received anything", True, False),
        ("the code never came", True, False),
        ("it isn't there", True, False),
        ("it expired", True, False),
        ("还没有收到", True, False),
        ("再发一遍吧", True, False),
        ("重發", True, False),
        ("验证码过期了", True, False),
        ("I can't log in to my email", False, True),
        ("I don't use that email any more", False, True),
        ("wrong email", False, True),
        ("我登不上邮箱", False, True),
        ("邮箱密码忘了", False, True),
        ("ok", False, False),
        ("one moment", False, False),
        ("let me look", False, False),
        ("稍等", False, False),
        ("我看看邮箱", False, False),
        ("yes", False, False),
    ],
)
def test_what_is_said_about_the_mail_is_told_apart(text: str, again: bool, lost: bool) -> None:
    assert (codes.wanted_again(text), codes.mailbox_lost(text)) == (again, lost)


@pytest.mark.parametrize(
    ("mail", "shown"),
    [
        ("emma.clarke@example.com", "e…e@example.com"),
        ("li.na@example.com", "l…a@example.com"),
        ("jo@example.org", "j…@example.org"),
        ("a@b.cn", "a…@b.cn"),
        ("李娜@例子.cn", "李…@例子.cn"),
    ],
)
def test_a_masked_address_shows_first_and_last_letter_and_the_host(mail: str, shown: str) -> None:
    assert codes.masked(mail) == shown
