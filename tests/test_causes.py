"""What a message tells of its reasons, in English and Chinese."""

import pytest

from bot import causes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I just don't want it any more", True),
        ("don’t need them anymore", True),
        ("I changed my mind", True),
        ("不想要了", True),
        ("就是不喜欢", True),
        ("我现在用不上了", True),
        ("I don't want to return it any more", False),
        ("I don't want the shirt any more", False),
        ("不想退了", False),
        ("衬衫不想要了", False),
        ("不要取消", False),
    ],
)
def test_a_reason_alone_says_why_and_not_what(text: str, why: bool) -> None:
    assert causes.unwanted(text) is why
