"""Sums to the cent: parts add up to their whole, and no payment gives back more than was taken."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_shop_quotes import NOW, an_order, gbp

from bot.commerce import LineState, Payment, Refund
from bot.shop import sums

AMOUNTS = st.integers(0, 10**7)


@given(AMOUNTS, st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_pieces_taken_one_after_another_cost_the_whole_line(price: int, takes: list[int]) -> None:
    rest, quantity, paid = price, sum(takes), 0
    for count in takes:
        share = sums.part(rest, quantity, count)
        assert 0 <= share <= rest
        rest, quantity, paid = rest - share, quantity - count, paid + share
    assert (rest, paid) == (0, price)


@given(AMOUNTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_what_is_allocated_adds_up_and_is_fair_to_the_unit(amount: int, weights: list[int]) -> None:
    shares = sums.allocated(amount, weights)
    assert sum(shares) == amount
    if total := sum(weights):
        assert all(abs(share * total - amount * weight) < total for share, weight in zip(shares, weights, strict=True))


METHODS = st.sampled_from(["card", "gift_card", "paypal"])
MOVES = st.lists(st.tuples(METHODS, st.integers(1, 5_000)), max_size=5)


@given(MOVES, MOVES, st.integers(0, 20_000), st.permutations(["card", "gift_card", "paypal"]))
def test_no_payment_gives_back_more_than_is_left_of_it(paid, refunded, amount, first) -> None:
    payments = tuple(Payment(f"P{n}", method, gbp(minor), "paid") for n, (method, minor) in enumerate(paid))
    refunds = tuple(Refund(f"F{n}", gbp(minor), method, "done", NOW) for n, (method, minor) in enumerate(refunded))
    order = replace(an_order(LineState.OPEN), payments=payments, refunds=refunds)
    left = {method: sum(minor for name, minor in paid if name == method) for method, _ in paid}
    for method, minor in refunded:
        left[method] = left.get(method, 0) - minor
    shares = sums.shares(order, amount, first)
    assert all(0 < minor <= left[method] for method, minor in shares)
    assert sum(minor for _, minor in shares) == min(amount, sum(max(0, minor) for minor in left.values()))
    assert [method for method, _ in shares] == sorted((method for method, _ in shares), key=first.index)
