"""Sizes as they are said and as shops write them."""

import pytest

from bot.attributes import is_size


@pytest.mark.parametrize(
    ("said", "size", "same"),
    [
        ("M码", "M", True),
        ("medium", "M", True),
        ("加大", "XL", True),
        ("42", "EU 42", True),
        ("A5", "A5 dotted", True),
        ("500毫升", "500 ml", True),
        ("500毫升", "500ml", True),
        ("500ml", "500 ml", True),
        ("1.75升", "1.75 L", True),
        ("80厘米", "80 cm", True),
        ("250毫升", "500 ml", False),
        ("L", "3L", False),
        ("M", "500 ml", False),
    ],
)
def test_a_size_is_told_by_its_number_and_unit_or_letter_in_either_language(said: str, size: str, same: bool) -> None:
    assert is_size(said, size) is same
