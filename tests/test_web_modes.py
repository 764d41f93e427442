"""The console's page of writes: the table, the switch, and that only a form of this session changes them."""

import re

import pytest
from fakes import FakeOffice
from test_web_console import PASSWORD, XSS, csrf_of, get, post, sign_in
from web_rig import Site, site

from adapters.web.modes import field, wishes
from bot.errors import BadInput
from bot.office import ModeWish
from bot.ports import Role, WriteMode

PAGE = "/staff/modes"
CANCEL_UK = field("uk", "cancel")


@pytest.fixture
async def shop():
    async with site(office=FakeOffice({"anna": PASSWORD, "new": "printed once"}, must_change=["new"])) as opened:
        yield opened


async def save(shop: Site, *, seen: str = "", csrf: str = "", origin: str = "", **modes: str) -> int:
    """Send the form as the browser does: every cell with what it showed; `modes` are the selects that were moved."""
    table = await shop.office.modes()
    fields = {"csrf": csrf or csrf_of(shop)}
    for market, verb in table.cells:
        name, cell = field(market, verb), table.cells[market, verb]
        shown = cell.mode.value if cell.source == "staff" else ""
        fields |= {name: shown, f"seen:{name}": shown}
    if seen:
        fields[f"seen:{CANCEL_UK}"] = seen
    return await post(shop, PAGE, origin=origin, **fields | {field(*name.split("__")): modes[name] for name in modes})


async def selected(shop: Site) -> dict[str, str]:
    """What every select of the page shows, by its name."""
    _, page = await get(shop, PAGE)
    found = re.findall(r'<select name="([^"]+)".*?<option value="([^"]*)" selected>', page, re.DOTALL)
    return dict(found)


# --- who may ---------------------------------------------------------------------------------------------------------


async def test_strangers_are_sent_to_the_door_and_change_nothing(shop):
    assert await get(shop, PAGE) == (303, "/staff/sign-in")
    for path in (PAGE, f"{PAGE}/stop", f"{PAGE}/resume"):
        assert await post(shop, path, csrf="x", **{CANCEL_UK: "off", f"seen:{CANCEL_UK}": ""}) == 303
    assert (shop.office.changes, shop.office.stop) == ([], None)


async def test_who_must_change_his_password_first_sees_and_changes_nothing(shop):
    await sign_in(shop, "new", "printed once")
    assert await get(shop, PAGE) == (303, "/staff/password")
    assert await post(shop, f"{PAGE}/stop", csrf=csrf_of(shop)) == 303
    assert shop.office.stop is None


@pytest.mark.parametrize("path", [f"{PAGE}/stop", f"{PAGE}/resume"])
async def test_the_switch_needs_this_sessions_token_and_our_own_page(shop, path):
    await sign_in(shop)
    assert [await post(shop, path), await post(shop, path, csrf="wrong")] == [403, 403]
    assert await post(shop, path, csrf=csrf_of(shop), origin="https://evil.example") == 403
    assert shop.office.changes == []


async def test_a_mode_needs_this_sessions_token_and_our_own_page(shop):
    await sign_in(shop)
    assert await save(shop, csrf="wrong", uk__cancel="off") == 403
    assert await save(shop, origin="https://evil.example", uk__cancel="off") == 403
    assert shop.office.changes == []


async def test_the_page_changes_nothing_when_it_is_only_looked_at(shop):
    await sign_in(shop)
    for path in (f"{PAGE}/stop", f"{PAGE}/resume"):
        assert (await get(shop, path))[0] == 405
    assert (await get(shop, PAGE))[0] == 200
    assert shop.office.changes == []


async def test_an_agent_sees_the_modes_and_changes_none(shop):
    shop.office.roles["anna"] = Role.AGENT
    await sign_in(shop)
    assert await save(shop, uk__cancel="off") == 403
    assert [await post(shop, f"{PAGE}/{act}", csrf=csrf_of(shop)) for act in ("stop", "resume")] == [403, 403]
    assert (shop.office.changes, shop.office.stop) == ([], None)
    _, page = await get(shop, PAGE)
    assert "A lead or an admin changes this." in page and page.count(" disabled>") == 4
    assert "Save" not in page and "Stop all" not in page


async def test_a_lead_changes_modes_and_turns_the_switch(shop):
    shop.office.roles["anna"] = Role.LEAD
    await sign_in(shop)
    assert await save(shop, uk__cancel="off") == 303
    assert await post(shop, f"{PAGE}/stop", csrf=csrf_of(shop)) == 303
    assert shop.office.chosen and shop.office.stop


# --- the table -------------------------------------------------------------------------------------------------------


async def test_every_verb_of_every_market_shows_its_mode_and_where_it_comes_from(shop):
    await shop.office.set_modes([ModeWish("cn", "change_address", WriteMode.OFF)], "ben")
    await sign_in(shop)
    _, page = await get(shop, PAGE)
    assert page.count("<select") == 4
    set_by_ben = "set by staff: ben, 2026-09-21 12:00 UTC"
    for words in ("Cancel in uk", "Change the delivery address in cn", "from policy.toml", set_by_ben):
        assert words in page, words
    assert await selected(shop) == {
        field("uk", "cancel"): "", field("uk", "change_address"): "",
        field("cn", "cancel"): "", field("cn", "change_address"): "off",
    }  # fmt: skip


async def test_what_is_chosen_is_saved_with_who_did_it(shop):
    await sign_in(shop)
    assert await save(shop, uk__cancel="off", cn__cancel="approval") == 303
    chosen = {place: (cell.mode, cell.staff) for place, cell in shop.office.chosen.items()}
    assert chosen == {("uk", "cancel"): (WriteMode.OFF, "anna"), ("cn", "cancel"): (WriteMode.APPROVAL, "anna")}
    _, page = await get(shop, PAGE)
    assert "Cancel in uk</td><td>the policy&#39;s</td><td>off" in page
    assert (await selected(shop))[CANCEL_UK] == "off"

    assert await save(shop, uk__cancel="") == 303
    assert ("uk", "cancel") not in shop.office.chosen
    assert (await selected(shop))[CANCEL_UK] == ""


async def test_saving_without_a_choice_changes_nothing(shop):
    await sign_in(shop)
    assert await save(shop) == 303
    assert shop.office.changes == []


async def test_a_page_that_is_out_of_date_overwrites_nothing_and_says_so(shop):
    await sign_in(shop)
    await shop.office.set_modes([ModeWish("uk", "cancel", WriteMode.APPROVAL)], "ben")
    assert await save(shop, seen="off", uk__cancel="automatic") == 409
    assert shop.office.chosen["uk", "cancel"].mode is WriteMode.APPROVAL


async def test_a_mode_that_does_not_exist_is_refused(shop):
    await sign_in(shop)
    assert await save(shop, uk__cancel="sometimes") == 409
    assert shop.office.changes == []


async def test_a_form_without_what_it_showed_changes_nothing():
    table = await FakeOffice({}).modes()
    assert wishes({CANCEL_UK: "off"}, table) == []
    assert wishes({field("us", "cancel"): "off", f"seen:{field('us', 'cancel')}": ""}, table) == []
    assert wishes({CANCEL_UK: "off", f"seen:{CANCEL_UK}": ""}, table) == [ModeWish("uk", "cancel", WriteMode.OFF, "")]
    with pytest.raises(BadInput, match="'Off' is no mode"):
        wishes({CANCEL_UK: "Off", f"seen:{CANCEL_UK}": ""}, table)


# --- the switch ------------------------------------------------------------------------------------------------------


async def test_one_press_stops_and_one_lets_run_again(shop):
    await sign_in(shop)
    _, page = await get(shop, PAGE)
    assert "Stop all automatic writes" in page and "stopped them on" not in page
    assert await post(shop, f"{PAGE}/stop", csrf=csrf_of(shop)) == 303
    assert shop.office.stop and shop.office.stop.staff == "anna"
    _, page = await get(shop, PAGE)
    assert "anna stopped them on" in page and "Stop all automatic writes" not in page
    assert ", stopped (from policy.toml" in page
    assert await post(shop, f"{PAGE}/resume", csrf=csrf_of(shop)) == 303
    assert shop.office.stop is None
    _, page = await get(shop, PAGE)
    assert "<td>running</td><td>stopped</td>" in page and "<td>stopped</td><td>running</td>" in page


async def test_the_list_of_conversations_says_that_writes_are_stopped(shop):
    await sign_in(shop)
    assert "are stopped" not in (await get(shop, "/staff/list"))[1]
    await shop.office.switch_writes("ben", stopped=True)
    _, page = await get(shop, "/staff/list")
    assert "are stopped</a> by ben since" in page


async def test_open_consoles_hear_of_the_switch(shop):
    await sign_in(shop)
    async with shop.client.get("/staff/events") as stream:
        await stream.content.readuntil(b"\n\n")
        await post(shop, f"{PAGE}/stop", csrf=csrf_of(shop))
        assert b"event: changed" in await stream.content.readuntil(b"\n\n")


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_names_are_escaped_and_nothing_stands_inline(shop):
    await shop.office.set_modes([ModeWish("uk", "cancel", WriteMode.OFF)], XSS)
    await shop.office.switch_writes(XSS, stopped=True)
    await sign_in(shop)
    for path in (PAGE, "/staff/list"):
        _, page = await get(shop, path)
        assert "<img" not in page and "&lt;img" in page, path
    async with shop.client.get(PAGE) as response:
        page = await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    assert "style=" not in page and "<script>" not in page and "onclick" not in page
