"""The staff console: behind a sign-in, every act by a form of this session, and every act an inbound message."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from http.cookies import SimpleCookie

import pytest
from fakes import FakeOffice
from web_rig import WAIT, Site, site

from bot.messages import Address, Card, DeskPost, Kind, Sender
from bot.office import HandoffView, ReadyReply
from bot.ports import Receipt, Role

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
OPENED = datetime(2026, 9, 21, 11, 30, tzinfo=UTC)
PASSWORD = "correct horse"
XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def view(handoff_id: str = "h1", **changes: str) -> HandoffView:
    fields = {
        "kind": "chat", "reason": "asked_for_person", "summary": "wants a refund", "status": "waiting",
        "claimed_by": "", "channel": "telegram", "language": "zh", **changes,
    }  # fmt: skip
    return HandoffView(handoff_id, "telegram:7:9::9", opened_at=OPENED, **fields)


@pytest.fixture
async def shop():
    async with site(office=FakeOffice({"anna": PASSWORD, "new": "printed once"}, must_change=["new"])) as opened:
        opened.office.views = {"h1": view(), "h2": view("h2", kind="approval", reason="above_limit", language="en")}
        yield opened


async def form_token(shop: Site) -> str:
    """The token in the sign-in form."""
    _, page = await get(shop, "/staff/sign-in")
    return re.search(r'name="csrf" value="([^"]+)"', page).group(1)


async def sign_in(shop: Site, name: str = "anna", password: str = PASSWORD) -> int:
    return await post(shop, "/staff/sign-in", csrf=await form_token(shop), name=name, password=password)


async def get(shop: Site, path: str) -> tuple[int, str]:
    async with shop.client.get(path, allow_redirects=False) as response:
        return response.status, response.headers.get("Location") or await response.text()


async def post(shop: Site, path: str, *, origin: str = "", **fields: str) -> int:
    headers = {"Origin": origin or shop.origin}
    async with shop.client.post(path, data=fields, headers=headers, allow_redirects=False) as response:
        return response.status


async def act(shop: Site, handoff: str = "h1", **fields: str) -> int:
    return await post(shop, f"/staff/handoffs/{handoff}/act", **{"csrf": csrf_of(shop), "source": ONE, **fields})


def csrf_of(shop: Site) -> str:
    return f"csrf-{next(iter(shop.office.sessions))}"


# --- the door --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/staff", "/staff/handoffs/h1", "/staff/password"])
async def test_pages_send_strangers_to_the_sign_in(shop, path):
    assert await get(shop, path) == (303, "/staff/sign-in")


@pytest.mark.parametrize("path", ["list", "handoffs/h1/view", "handoffs/h1/replies", "events"])
async def test_parts_are_refused_to_strangers(shop, path):
    assert (await get(shop, f"/staff/{path}"))[0] == 401


async def test_act_of_a_stranger_is_refused(shop):
    assert await post(shop, "/staff/handoffs/h1/act", csrf="x", source=ONE, act="claim") == 401
    assert shop.front.received == []


async def test_sign_in_gives_a_cookie_for_the_console_only(shop):
    assert await sign_in(shop) == 303
    cookie = next(cookie for cookie in shop.client.session.cookie_jar if cookie.key == "shophand_staff")
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/staff", "Strict", True)
    status, page = await get(shop, "/staff")
    assert status == 200 and "Signed in as <b>anna</b>" in page


async def test_wrong_password_stays_at_the_door(shop):
    assert await sign_in(shop, password="wrong") == 401
    assert (await get(shop, "/staff"))[0] == 303


async def test_the_office_is_told_where_a_sign_in_comes_from_whatever_a_header_says(shop):
    csrf = await form_token(shop)
    form = {"csrf": csrf, "name": "anna", "password": "x"}
    headers = {"Origin": shop.origin, "X-Forwarded-For": "9.9.9.9"}
    async with shop.client.post("/staff/sign-in", data=form, headers=headers):
        assert shop.office.came_from == ["127.0.0.1"]


async def test_a_browser_that_has_been_in_is_counted_apart_from_its_address(shop):
    await sign_in(shop)
    await post(shop, "/staff/sign-out", csrf=csrf_of(shop))
    await sign_in(shop)
    await post(shop, "/staff/sign-out", csrf=csrf_of(shop))
    await sign_in(shop, name="new", password="wrong")
    address, device, other_name = shop.office.came_from
    assert (address, other_name) == ("127.0.0.1", "127.0.0.1")
    assert device.startswith("device-") and " " not in device

    forged = SimpleCookie(f"shophand_device={device}.made-up; Path=/staff")
    shop.client.session.cookie_jar.update_cookies(forged, shop.client.make_url("/staff"))
    await sign_in(shop, password="wrong")
    assert shop.office.came_from[-1] == "127.0.0.1"


async def test_sign_in_without_the_forms_own_token_is_refused(shop):
    await form_token(shop)
    for csrf in ("", "made.up"):
        assert await post(shop, "/staff/sign-in", csrf=csrf, name="anna", password=PASSWORD) == 403


async def test_sign_in_form_of_another_browser_is_refused(shop):
    csrf = await form_token(shop)
    shop.client.session.cookie_jar.clear()
    assert await post(shop, "/staff/sign-in", csrf=csrf, name="anna", password=PASSWORD) == 403


async def test_foreign_page_cannot_post(shop):
    await sign_in(shop)
    assert await act(shop, act="claim", origin="https://evil.example") == 403
    assert shop.front.received == []


async def test_first_password_must_be_changed_before_anything_else(shop):
    await sign_in(shop, "new", "printed once")
    assert await get(shop, "/staff") == (303, "/staff/password")
    assert (await get(shop, "/staff/list"))[0] == 403
    assert await act(shop, act="claim") == 403
    form = {"csrf": csrf_of(shop), "old": "printed once", "new": "battery staple", "again": "battery staple"}
    assert await post(shop, "/staff/password", **{**form, "again": "other"}) == 400
    assert await post(shop, "/staff/password", **{**form, "new": "short", "again": "short"}) == 400
    assert await post(shop, "/staff/password", **{**form, "csrf": ""}) == 403
    assert await post(shop, "/staff/password", **form) == 303
    assert (await get(shop, "/staff"))[0] == 200
    assert shop.office.passwords["new"] == "battery staple"


async def test_sign_out_ends_the_session(shop):
    await sign_in(shop)
    assert await post(shop, "/staff/sign-out", csrf="wrong") == 403
    assert await post(shop, "/staff/sign-out", csrf=csrf_of(shop)) == 303
    assert shop.office.sessions == {}
    assert (await get(shop, "/staff"))[0] == 303


# --- acts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handoff", "name"), [("h1", "claim"), ("h1", "back"), ("h1", "close"), ("h2", "approve"), ("h2", "decline")]
)
async def test_act_becomes_a_staff_message(shop, handoff, name):
    await sign_in(shop)
    assert await act(shop, handoff, act=name) == 204
    (message,) = shop.front.received
    assert (message.kind, message.act, message.sender, message.name) == (Kind.STAFF_ACT, name, Sender.STAFF, "anna")
    assert (message.handoff_id, message.source_id) == (handoff, ONE)
    assert message.address == Address("web", "", f"desk:{handoff}", user="anna")


async def test_answer_becomes_a_staff_message(shop):
    await sign_in(shop)
    assert await act(shop, text=" Hello, 您好 \n") == 204
    (message,) = shop.front.received
    assert (message.kind, message.text, message.name, message.handoff_id) == (Kind.TEXT, "Hello, 您好", "anna", "h1")


async def test_it_can_be_handed_to_a_colleague_with_an_account(shop):
    await sign_in(shop)
    _, page = await get(shop, "/staff/handoffs/h1/view")
    assert 'data-do="assign" data-value="new"' in page
    assert await act(shop, act="assign", value="new") == 204
    (message,) = shop.front.received
    assert (message.kind, message.act, message.value, message.name) == (Kind.STAFF_ACT, "assign", "new", "anna")


@pytest.mark.parametrize("why", ["", "solved", "no_answer", "duplicate", "spam", "other"])
async def test_closing_asks_for_a_reason_and_takes_none_too(shop, why):
    await sign_in(shop)
    assert f'data-do="close" data-value="{why or "solved"}"' in (await get(shop, "/staff/handoffs/h1/view"))[1]
    assert await act(shop, act="close", value=why) == 204
    assert [message.value for message in shop.front.received] == [why]


async def test_the_reason_stands_with_what_has_ended(shop):
    shop.office.views["h1"] = view(status="closed", closing="no_answer")
    await sign_in(shop)
    for path in ("/staff/list", "/staff/handoffs/h1/view"):
        assert "Closed · No answer" in (await get(shop, path))[1], path


async def test_who_was_handed_a_waiting_one_is_shown(shop):
    shop.office.views["h1"] = view(claimed_by="bob")
    await sign_in(shop)
    assert "Waiting for bob" in (await get(shop, "/staff/handoffs/h1/view"))[1]
    assert ">bob<" in (await get(shop, "/staff/list"))[1]


@pytest.mark.parametrize("handoff", ["h1", "h2"])
async def test_a_note_for_colleagues_is_an_act_and_no_answer(shop, handoff):
    await sign_in(shop)
    assert await act(shop, handoff, act="note", text=" he is a regular ") == 204
    (message,) = shop.front.received
    assert (message.kind, message.act, message.text) == (Kind.STAFF_ACT, "note", "he is a regular")


async def test_double_click_counts_once(shop):
    await sign_in(shop)
    assert [await act(shop, act="claim"), await act(shop, act="claim")] == [204, 204]
    assert len(shop.front.received) == 1


async def test_act_without_the_sessions_token_is_refused(shop):
    await sign_in(shop)
    assert [await act(shop, act="claim", csrf=""), await act(shop, act="claim", csrf="csrf-töken")] == [403, 403]
    assert shop.front.received == []


UNFIT = [
    ("h1", {"act": "approve"}),
    ("h2", {"act": "claim"}),
    ("h1", {"act": "dance"}),
    ("h1", {"text": "  "}),
    ("h2", {"text": "hello"}),
    ("h1", {"act": "note", "text": "  "}),
    ("h1", {"act": "assign"}),
    ("h1", {"act": "assign", "value": "nobody"}),
    ("h2", {"act": "assign", "value": "new"}),
    ("h1", {"act": "close", "value": "bored"}),
    ("h1", {"act": "back", "value": "solved"}),
    ("h1", {"act": "claim", "source": "timer:4"}),
]


@pytest.mark.parametrize(("handoff", "fields"), UNFIT)
async def test_what_a_handoff_cannot_take_is_refused(shop, handoff, fields):
    await sign_in(shop)
    assert await act(shop, handoff, **fields) == 400
    assert shop.front.received == []


async def test_unknown_handoff_is_not_found(shop):
    await sign_in(shop)
    assert await act(shop, "none", act="claim") == 404
    assert (await get(shop, "/staff/handoffs/none"))[0] == 404


async def test_handoff_without_a_conversation_is_told(shop, monkeypatch):
    async def lost(message):
        return Receipt("", new=False)

    monkeypatch.setattr(shop.front, "receive", lost)
    await sign_in(shop)
    assert await act(shop, act="claim") == 409


async def test_store_failure_is_a_500_and_the_same_press_can_be_tried_again(shop):
    await sign_in(shop)
    shop.front.broken = 1
    assert [await act(shop, act="claim"), await act(shop, act="claim")] == [500, 204]
    assert len(shop.front.received) == 1


async def test_an_agent_handles_handoffs_and_is_told_who_decides_on_approvals(shop):
    shop.office.roles["anna"] = Role.AGENT
    await sign_in(shop)
    assert [await act(shop, "h2", act=name) for name in ("approve", "decline")] == [403, 403]
    assert shop.front.received == []
    _, page = await get(shop, "/staff/handoffs/h2")
    assert page.count("disabled") == 2 and "A lead or an admin decides this." in page
    assert await act(shop, act="claim") == 204
    _, own = await get(shop, "/staff/handoffs/h1")
    assert all(f'data-do="{name}" disabled' not in own for name in ("claim", "back"))


async def test_a_lead_decides_on_approvals(shop):
    shop.office.roles["anna"] = Role.LEAD
    await sign_in(shop)
    assert await act(shop, "h2", act="approve") == 204
    assert "disabled" not in (await get(shop, "/staff/handoffs/h2"))[1]


async def test_the_mode_is_changed_from_the_card_by_leads_alone(shop):
    await sign_in(shop)
    shop.office.roles["anna"] = Role.AGENT
    assert "mode_" not in (await get(shop, "/staff/handoffs/h2"))[1]
    assert [await act(shop, "h2", act=name) for name in ("mode_automatic", "mode_off")] == [403, 403]
    shop.office.roles["anna"] = Role.LEAD
    _, page = await get(shop, "/staff/handoffs/h2")
    assert 'data-do="mode_automatic"' in page and 'data-do="mode_off"' in page
    assert await act(shop, "h2", act="mode_off") == 204
    assert [message.act for message in shop.front.received] == ["mode_off"]


async def test_staff_do_something_about_the_order_of_who_has_proved_it(shop):
    shop.office.roles["anna"] = Role.AGENT
    await sign_in(shop)
    assert 'data-do="refund"' not in (await get(shop, "/staff/handoffs/h1"))[1]
    assert await act(shop, act="refund") == 400
    shop.office.views["h1"] = view(account="emma")
    shop.office.views["h2"] = view("h2", kind="approval", reason="staff_action", summary="Sum: £95.00")
    _, page = await get(shop, "/staff/handoffs/h1")
    assert all(f'data-do="{name}"' in page for name in ("cancel", "refund", "resend"))
    assert "Sum: £95.00" in page and 'data-do="do" data-at="/staff/handoffs/h2/act" >' in page  # beside the talk
    assert [await act(shop, act="refund"), await act(shop, "h2", act="do", source=TWO)] == [204, 204]
    assert await act(shop, "h2", act="approve", source=TWO) == 400
    sums = ("", "ten", "-1", "12.50")
    assert [await act(shop, act="voucher", value=text, source=TWO) for text in sums] == [400, 400, 400, 204]
    wrong = {"csrf": csrf_of(shop), "source": TWO, "act": "voucher", "value": "ten"}
    async with shop.client.post("/staff/handoffs/h1/act", data=wrong, headers={"Origin": shop.origin}) as response:
        assert "a voucher needs a sum" in await response.text()
    shop.office.views["h3"] = view("h3", kind="approval", reason="staff_action_above")
    assert await act(shop, "h3", act="approve", source=TWO) == 403


async def test_what_is_over_cannot_be_decided_and_says_so(shop):
    shop.office.views["h2"] = view("h2", kind="approval", status="expired")
    await sign_in(shop)
    _, page = await get(shop, "/staff/handoffs/h2")
    assert "data-do" not in page and "Nobody has decided in time" in page
    fields = {"csrf": csrf_of(shop), "source": ONE, "act": "approve"}
    async with shop.client.post("/staff/handoffs/h2/act", data=fields, headers={"Origin": shop.origin}) as response:
        assert (response.status, await response.text()) == (409, "too late, this is over (expired)")
    assert shop.front.received == []


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_list_shows_who_waits_and_who_is_looked_after(shop):
    shop.office.views |= {"h3": view("h3", status="claimed", claimed_by="bob"), "h4": view("h4", status="closed")}
    await sign_in(shop)
    _, page = await get(shop, "/staff/list")
    assert 'data-waiting="2"' in page
    told = ("Asked for person", "Chinese", "Telegram", "Approval", "bob", "wants a refund", "2026-09-21T11:30:00+00:00")
    for words in told:
        assert words in page, words


async def test_what_is_of_one_account_is_one_case_with_its_channels(shop):
    both = {"h1": replace(view(), account="C1"), "h2": replace(view("h2"), account="C1", channel="web")}
    shop.office.views = {**both, "h3": view("h3")}
    await sign_in(shop)
    _, page = await get(shop, "/staff/list")
    assert 'data-waiting="2"' in page and "One customer: Telegram, Web" in page


async def test_ended_ones_show_their_rating_and_the_average_of_all(shop):
    good, poor = replace(view(status="closed"), stars=5, word=XSS), replace(view("h2", status="closed"), stars=2)
    shop.office.views = {"h1": good, "h2": poor}
    await sign_in(shop)
    _, page = await get(shop, "/staff/list")
    assert "5 of 5: &lt;img" in page and "2 of 5" in page and "3.5 of 5 (2 so far)" in page


async def test_list_shows_why_something_comes_before_others(shop):
    shop.office.views["h1"] = replace(view(), why="packing", minutes=25)
    await sign_in(shop)
    assert "Packed in 25 min" in (await get(shop, "/staff/list"))[1]


async def test_what_is_claimed_can_be_put_away_and_is_listed_apart(shop):
    shop.office.views["h1"] = view(status="claimed", claimed_by="anna")
    await sign_in(shop)
    assert 'data-do="snooze" data-text="PT1H"' in (await get(shop, "/staff/handoffs/h1/view"))[1]
    assert await act(shop, act="snooze", text="PT1H") == 204
    said = shop.front.received[-1]
    assert (said.kind, said.act, said.text) == (Kind.STAFF_ACT, "snooze", "PT1H")
    shop.office.views["h1"] = replace(shop.office.views["h1"], away_until=OPENED)
    page = (await get(shop, "/staff/list"))[1]
    assert "Put away" in page and "No conversation is claimed." in page


async def test_who_waits_is_not_put_away(shop):
    await sign_in(shop)
    assert "snooze" not in (await get(shop, "/staff/handoffs/h1/view"))[1]


async def test_conversation_shows_all_lines_with_notes_and_what_can_be_done(shop):
    front = shop.front
    front.write("telegram:7:9::9", "user", "my lamp is broken", attachments=("ab" * 32,))
    card = Card("Order 7", (("Total", "£3"),))
    front.write("telegram:7:9::9", "bot", "Shall I?", buttons=(("Yes", "y"),), cards=(card,))
    front.write("telegram:7:9::9", "note", "the bot would have said this")
    front.write("telegram:7:9::9", "note", "he is a regular", author="bob")
    await sign_in(shop)
    _, page = await get(shop, "/staff/handoffs/h1/view")
    said = ("my lamp is broken", "Shall I?", "Order 7", "£3", "Yes", "the bot would have said this")
    noted = ("he is a regular", "<b>bob</b> · note for staff only")
    for words in (*said, *noted, "wants a refund", "Claim", "Close"):
        assert words in page, words
    assert 'data-do="approve" >' not in page
    _, approval = await get(shop, "/staff/handoffs/h2")
    assert "Approve" in approval and "Decline" in approval and ">Send<" not in approval and ">Note<" in approval


async def test_a_suggestion_to_the_last_words_is_one_click_to_send_or_to_edit_first(shop):
    shop.front.write("telegram:7:9::9", "user", "how long is delivery?", suggestion="Two days <b>", answers=7)
    await sign_in(shop)
    for path in ("/staff/handoffs/h1", "/staff/handoffs/h1/replies"):
        _, page = await get(shop, path)
        assert 'data-fill="Two days &lt;b&gt;"' in page and "Suggestion · not sent" in page, path
        assert 'data-send="Two days &lt;b&gt;" data-answers="7"' in page and "claims the conversation" in page, path
    shop.front.write("telegram:7:9::9", "note", "he is a regular", author="bob")
    assert "Two days" in (await get(shop, "/staff/handoffs/h1/replies"))[1]
    shop.front.write("telegram:7:9::9", "staff", "Two days.")
    assert "Suggestion" not in (await get(shop, "/staff/handoffs/h1/replies"))[1]
    shop.front.write("telegram:7:9::9", "note", "Not sent", author="bob", suggestion="Two days <b>", answers=9)
    assert 'data-answers="9"' in (await get(shop, "/staff/handoffs/h1/replies"))[1]


async def test_canned_replies_can_be_picked_or_say_what_they_need(shop):
    shop.office.ready = [ReadyReply("zh", "问候", "您好 <b>"), ReadyReply("en", "Bye", "", ("name", "order"))]
    await sign_in(shop)
    for path in ("/staff/handoffs/h1", "/staff/handoffs/h1/replies"):
        _, page = await get(shop, path)
        assert 'data-fill="您好 &lt;b&gt;">问候</button>' in page and "Chinese" in page, path
        needs = "Not known yet: the name of a signed-in customer, an order "
        assert re.search(f"disabled>Bye</button>.*{needs}", page, re.DOTALL), path
    assert "问候" not in (await get(shop, "/staff/handoffs/h2"))[1]  # an approval is not answered


async def test_claimed_and_ended_offer_less(shop):
    shop.office.views = {"h1": view(status="claimed", claimed_by="bob"), "h4": view("h4", status="closed")}
    await sign_in(shop)
    _, claimed = await get(shop, "/staff/handoffs/h1/view")
    assert 'data-do="claim"' not in claimed and 'data-do="back"' in claimed and "Claimed by bob" in claimed
    _, closed = await get(shop, "/staff/handoffs/h4/view")
    assert "data-do" not in closed and "has ended" in closed


async def test_everything_a_shopper_wrote_is_escaped(shop):
    shop.office.views["h1"] = view(summary=XSS, name=XSS, reason=XSS, language=XSS)
    shop.front.write("telegram:7:9::9", "user", XSS, author=XSS)
    shop.front.write("telegram:7:9::9", "bot", XSS, buttons=((XSS, "y"),), cards=(Card(XSS, ((XSS, XSS),)),))
    await sign_in(shop)
    for path in ("/staff", "/staff/handoffs/h1", "/staff/list", "/staff/handoffs/h1/view"):
        _, page = await get(shop, path)
        assert "<img" not in page and "<script>" not in page and "&lt;img" in page, path


async def test_pages_hold_nothing_inline_and_are_not_kept(shop):
    await sign_in(shop)
    async with shop.client.get("/staff/handoffs/h1") as response:
        page = await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    assert "style=" not in page and "<script>" not in page and "onclick" not in page and "http:" not in page


# --- news ------------------------------------------------------------------------------------------------------------


async def news(stream) -> bytes:
    async with asyncio.timeout(WAIT):
        return await stream.content.readuntil(b"\n\n")


async def test_console_hears_of_posts_and_of_changes(shop):
    await sign_in(shop)
    async with shop.client.get("/staff/events") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert b"event: changed" in await news(stream)
        await shop.adapter.desk.post(DeskPost("h1", "opened", "…"))
        assert b"event: changed" in await news(stream)
        shop.front.write("telegram:7:9::9", "user", "hello?")
        assert b"event: changed" in await news(stream)


async def test_stream_ends_with_the_session(shop):
    await sign_in(shop)
    async with shop.client.get("/staff/events") as stream:
        await news(stream)
        shop.office.sessions.clear()
        shop.front.tell("")
        async with asyncio.timeout(WAIT):
            assert await stream.content.read() == b""


async def test_stopping_ends_the_stream(shop):
    running = asyncio.create_task(shop.adapter.run())
    await sign_in(shop)
    async with shop.client.get("/staff/events") as stream:
        await news(stream)
        running.cancel()
        async with asyncio.timeout(WAIT):
            assert await stream.content.read() == b""


# --- files -----------------------------------------------------------------------------------------------------------


async def test_a_shoppers_file_is_a_download_for_staff_only(shop):
    digest = await shop.front.keep_file(b"<script>alert(1)</script>")
    assert await get(shop, f"/staff/files/{digest}") == (303, "/staff/sign-in")

    await sign_in(shop)
    async with shop.client.get(f"/staff/files/{digest}") as response:
        assert await response.read() == b"<script>alert(1)</script>"
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "called", "mime", "name"),
    [
        (b"%PDF-1.7", "bill 7.pdf", "application/pdf", "bill 7.pdf"),
        (b"\xff\xd8\xff", "", "image/jpeg", "{digest}.jpg"),
        (b"\xff\xd8\xff", "photo.exe", "image/jpeg", "photo.exe.jpg"),
        (b"OggS", "voice.oga", "audio/ogg", "voice.oga"),
        (b"\x00\x00\x00\x18ftypisom", "", "video/mp4", "{digest}.mp4"),
        (b"<html>", "page.html", "application/octet-stream", "page.html"),
    ],
)
async def test_a_download_has_the_type_that_it_is_and_the_name_that_it_was_sent_with(shop, content, called, mime, name):
    digest = await shop.front.keep_file(content)
    shop.front.write("telegram:7:9::9", "user", "look", attachments=(digest,), names={digest: called} if called else {})
    await sign_in(shop)
    _, page = await get(shop, "/staff/handoffs/h1/view")
    [link] = re.findall(rf'href="(/staff/files/{digest}[^"]*)"', page)
    async with shop.client.get(link) as response:
        assert (response.status, response.content_type) == (200, mime)
        assert response.content_disposition.type == "attachment"
        assert response.content_disposition.filename == name.format(digest=digest[:12])
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_that_nobody_sent_is_not_found(shop):
    await sign_in(shop)
    status, _ = await get(shop, f"/staff/files/{'0' * 64}")
    assert status == 404
