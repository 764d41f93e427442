"""Tokens of the shop's account page: only what it signed is genuine, and the documented recipe makes the same."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import links

KEY = bytes(range(32))
UNTIL = datetime(2026, 3, 4, 10, 10, tzinfo=UTC)
DOCS = Path(__file__).parents[1] / "docs" / "signed-links.md"


@pytest.mark.parametrize(("kind", "id_"), [("c", "C001"), ("o", "10201"), ("c", "x" * 32)])
def test_a_token_says_what_was_signed(kind: str, id_: str) -> None:
    signed = links.read(KEY, links.seal(KEY, kind, id_, UNTIL))
    assert signed is not None
    assert (signed.kind, signed.id, signed.until, signed.genuine) == (kind, id_, UNTIL, True)


def test_a_token_for_telegram_fits_its_payload() -> None:
    for id_ in ("x" * 27, "10201"):
        token = links.seal(KEY, links.CUSTOMER, id_, UNTIL)
        assert re.fullmatch("[A-Za-z0-9_-]+", token) and len(token) <= links.TELEGRAM_CHARS
    assert len(links.seal(KEY, links.CUSTOMER, "x" * 28, UNTIL)) > links.TELEGRAM_CHARS


def test_another_key_or_purpose_signs_nothing_here() -> None:
    other = links.derived(b"s" * 32, "cookies")
    signed = links.read(links.derived(b"s" * 32, "links"), links.seal(other, links.CUSTOMER, "C001", UNTIL))
    assert signed is not None and not signed.genuine


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(links.seal(KEY, links.CUSTOMER, "C001", UNTIL) + "=="))
    raw[place % len(raw)] ^= change
    signed = links.read(KEY, base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    assert signed is None or not signed.genuine


@given(st.text(max_size=80))
def test_any_other_payload_is_none_of_ours_and_never_genuine(text: str) -> None:
    signed = links.read(KEY, text)
    assert signed is None or not signed.genuine


@pytest.mark.parametrize("payload", ["", "campaign42", "ref-newsletter", "cGFydG5lcg", "black_friday_2026", "🙂" * 30])
def test_a_campaigns_payload_is_no_token(payload: str) -> None:
    assert links.read(KEY, payload) is None


# --- the documentation -----------------------------------------------------------------------------------------------


def documented(label: str) -> str:
    [value] = re.findall(rf"^\| {label} \| `([^`]+)` \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    return value


def test_the_documented_example_is_what_the_code_makes() -> None:
    key, until = bytes.fromhex(documented("key")), datetime.fromisoformat(documented("good until"))
    token = links.seal(key, links.CUSTOMER, documented("customer"), until)
    assert token == documented("token")
    assert int(until.timestamp()) == int(documented("in seconds"))
    signed = links.read(key, token)
    assert signed and signed.genuine and signed.until - timedelta(0) == until


def test_the_documented_python_makes_the_documented_token() -> None:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - our own page
    token = names["token"](bytes.fromhex(documented("key")), documented("customer"), int(documented("in seconds")))
    assert token == documented("token")
