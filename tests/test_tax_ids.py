"""Tax numbers: one form, the country's format, the Chinese check character; nothing else in a message is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import tax_ids


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("GB 417 5520 81", "GB", "GB417552081"),
        ("417552081", "GB", "GB417552081"),
        ("gb 999 9999 73 001", "GB", "GB999999973001"),
        ("GBGD123", "GB", "GBGD123"),
        ("DE 123.456.789", "DE", "DE123456789"),
        ("123456789", "DE", "DE123456789"),
        ("NL004495445B01", "DE", "NL004495445B01"),  # of a company from elsewhere
        ("ATU12345678", "AT", "ATU12345678"),
        ("U12345678", "AT", "ATU12345678"),
        ("FR 40 303265045", "FR", "FR40303265045"),
        ("ESB12345678", "ES", "ESB12345678"),
        ("IE6388047V", "IE", "IE6388047V"),
        ("EL123456789", "GR", "EL123456789"),
        ("123456789", "GR", "EL123456789"),
        ("XI123456789", "GB", "XI123456789"),
        ("9133 0106 MA2C K8XR 59", "CN", "91330106MA2CK8XR59"),
        ("９１３３0106ma2ck8xr59", "CN", "91330106MA2CK8XR59"),
    ],
)
def test_a_number_is_brought_into_its_one_form(text: str, country: str, number: str) -> None:
    assert tax_ids.checked(text, country) == number
    assert tax_ids.checked(number, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("DE12345678", "DE"),
        ("DE1234567890", "DE"),
        ("12345678", "GB"),
        ("NL004495445", "NL"),
        ("GBGD999", "GB"),
        ("123456789", "US"),
        ("US123456789", "GB"),
        ("91330106MA2CK8XR5X", "CN"),  # the check character
        ("91330106MA2CK8XO59", "CN"),  # an O is no sign of it
        ("330106197001011234", "CN"),  # an identity card
        ("DE123456789", "CN"),
        ("", "GB"),
    ],
)
def test_what_is_none_is_told(text: str, country: str) -> None:
    assert tax_ids.checked(text, country) is None


SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text(SIGNS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(SIGNS))
def test_the_check_character_finds_every_single_slip(head: str, place: int, other: str) -> None:
    whole = [head + sign for sign in SIGNS if tax_ids.checked(head + sign, "CN")]
    assert len(whole) == 1
    slipped = whole[0][:place] + other + whole[0][place + 1 :]
    assert (tax_ids.checked(slipped, "CN") is None) is (slipped != whole[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("our VAT is GB 417 5520 81 thanks a lot", "GB417552081"),
        ("made out to Weber Design GmbH, VAT number DE 123456789, please", "DE123456789"),
        ("抬头杭州青禾科技有限公司，税号91330106MA2CK8XR59，谢谢", "91330106MA2CK8XR59"),
        ("VAT DE12345678", None),
        ("order no 123456789", None),
        ("where is order 10042, phone 07700 900101?", None),
        ("send it to 12 Mill Road, Leeds LS1 4DY", None),
        ("write to gb417552081@example.com", None),
    ],
)
def test_only_what_is_beyond_doubt_is_found_in_a_message(text: str, found: str | None) -> None:
    assert tax_ids.find(text) == found
