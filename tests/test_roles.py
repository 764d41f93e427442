"""Every role and every right, and what each act at a desk takes."""

import pytest

from bot.messages import DESK_ACTS
from bot.roles import Right, Role, may, right_for

CELLS = {
    (Role.AGENT, Right.HANDOFFS): True, (Role.AGENT, Right.APPROVALS): False,
    (Role.AGENT, Right.MODES): False, (Role.AGENT, Right.LOG): False, (Role.AGENT, Right.ACCOUNTS): False,
    (Role.LEAD, Right.HANDOFFS): True, (Role.LEAD, Right.APPROVALS): True,
    (Role.LEAD, Right.MODES): True, (Role.LEAD, Right.LOG): True, (Role.LEAD, Right.ACCOUNTS): False,
    (Role.ADMIN, Right.HANDOFFS): True, (Role.ADMIN, Right.APPROVALS): True,
    (Role.ADMIN, Right.MODES): True, (Role.ADMIN, Right.LOG): True, (Role.ADMIN, Right.ACCOUNTS): True,
}  # fmt: skip


@pytest.mark.parametrize(("role", "right"), [(role, right) for role in Role for right in Right])
def test_what_a_role_may_do(role: Role, right: Right) -> None:
    assert may(role, right) is CELLS[role, right]


def test_approving_and_declining_take_more_than_the_other_acts() -> None:
    assert {act for act in DESK_ACTS if right_for(act) is Right.APPROVALS} == {"approve", "decline"}
    assert {act for act in DESK_ACTS if right_for(act) is Right.MODES} == {"mode_automatic", "mode_off"}
    others = DESK_ACTS - {"approve", "decline", "mode_automatic", "mode_off"}
    assert {right_for(act) for act in others} == {Right.HANDOFFS}
