"""Where an order line and a parcel may go from where they are: the two state machines, as tables.

Every effect moves lines through `LINE_MOVES`; the order's own state is derived from its lines (commerce.Order.state).
"""

from bot.commerce import LineState

_S = LineState

LINE_MOVES: dict[LineState, frozenset[LineState]] = {
    _S.OPEN: frozenset({_S.PACKED, _S.CANCELLED}),
    _S.PACKED: frozenset({_S.OPEN, _S.SHIPPED, _S.CANCELLED}),  # unpacked again; or stopped by staff at the door
    # what a parcel took along that is lost is packed anew, or ends as cancelled, like what was refused
    _S.SHIPPED: frozenset({_S.DELIVERED, _S.OPEN, _S.CANCELLED}),
    _S.DELIVERED: frozenset({_S.RETURN_OPEN}),
    _S.RETURN_OPEN: frozenset({_S.RETURNED, _S.DELIVERED}),  # arrived; or the shopper keeps it after all
    _S.RETURNED: frozenset(),
    _S.CANCELLED: frozenset(),
}
PARCEL_MOVES: dict[str, frozenset[str]] = {
    "packed": frozenset({"shipped"}),
    "shipped": frozenset({"delivered", "lost", "refused"}),
    "lost": frozenset({"delivered"}),  # found after all
    "refused": frozenset(),
    "delivered": frozenset(),
}


def sources(to: LineState) -> frozenset[LineState]:
    """The states from which a line may come to `to`."""
    return frozenset(state for state, after in LINE_MOVES.items() if to in after)
