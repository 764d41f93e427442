"""Who is held by a limit, and that waiting for one bucket costs nothing in another."""

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.web.limits import VISITORS_PER_ADDRESS
from adapters.web.rates import Rates, peer


@pytest.mark.parametrize(
    ("remote", "held"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, ""),
    ],
)
def test_an_ipv6_subscriber_is_held_with_all_his_addresses(remote: str | None, held: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "9.9.9.9"}).clone(remote=remote or "")
    assert peer(request) == held


def test_one_visitor_who_floods_takes_nothing_from_others_of_his_address() -> None:
    rates = Rates(2, lambda: 7.0)
    assert [rates.message("emma", "1.1.1.1") for _ in range(50)] == [0.0, 0.0, *[30.0] * 48]
    others = [rates.message(f"visitor{number}", "1.1.1.1") for number in range(2 * VISITORS_PER_ADDRESS)]
    assert others.count(0.0) == 2 * VISITORS_PER_ADDRESS - 2
    assert rates.message("emma", "2.2.2.2") == 30.0
    assert rates.message("li", "2.2.2.2") == 0.0
