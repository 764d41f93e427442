"""Replies and desk posts as Slack messages; the peer's own rules say what Slack takes and what a person sees."""

import pytest
from fakes import DESK_WORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from peers.slack import buttons, calls_in, visible, wrong_with

from adapters.slack import limits
from adapters.slack.render import MARKUP, Part, render, render_post
from adapters.slack.split import split, units
from bot.messages import Address, Button, Called, Card, DeskPost, Picture, Reply

PIECES = (
    "word ", "订单", "&<>", "*bold* ", "_x_ ", "> quote\n", ":tada: ", "\n\n", "https://shop.example/a?b=1&c=2 ",
    "👍🏽", "e\u0301")  # fmt: skip

WORDS = DESK_WORDS.__getitem__
QUICK = settings(deadline=None, max_examples=80, derandomize=True)


def message(part: Part) -> dict:
    return {"text": part.text, "blocks": list(part.blocks)}


def shown(reply: Reply) -> list[str]:
    return [visible(message(part)) for part in render(reply)]


def test_a_short_reply_is_one_section():
    part, = render(Reply("Hello"))
    assert part == Part("Hello", ({"type": "section", "text": {"type": "mrkdwn", "text": "Hello", "verbatim": True}},))


@pytest.mark.parametrize("text", [
    "a < b & c > d", "<!channel> @channel <@U0ANN>", "&lt;", "*now* or _never_", "`code`", "> quote", "1 * 2 * 3",
    "a_b_c",
    ":tada: at 12:30:45", "~5~", "see https://shop.example/a_b?x=1&y=2.", "(https://shop.example), ok",
    "*a* https://x.example",
])  # fmt: skip
def test_a_text_is_seen_as_it_is(text: str):
    assert shown(Reply(text)) == [text]


def test_links_are_clickable_and_mentions_are_not():
    block = render(Reply("<@U1> see https://shop.example/?a=1&b=2."))[0].blocks[0]
    assert block["text"]["text"] == "&lt;@U1&gt; see <https://shop.example/?a=1&amp;b=2>."


def test_cards_stand_below_the_text_with_a_bold_title():
    card = Card("Order 1042", (("Total", "£12.50"), ("", "on its way"), ("Paid", "")))
    part, = render(Reply("Here:", cards=(card,)))
    rows = "Total: £12.50\non its way\nPaid"
    assert [block["text"]["text"] for block in part.blocks] == ["Here:", f"*Order 1042*\n{rows}"]
    assert part.text == "Here:\n\nOrder 1042\nTotal: £12.50\non its way\nPaid"


def test_a_cards_picture_stands_beside_it_and_its_price_in_it():
    card = Card("Mug", (("Price", "£12.50"),), Picture("https://shop.example/mug.jpg", "Mug"))
    part, = render(Reply("Here:", cards=(card, Card("Cup"))))
    assert part.blocks[1] == {
        "type": "section", "text": {"type": "mrkdwn", "text": "*Mug*\nPrice: £12.50", "verbatim": True},
        "accessory": {"type": "image", "image_url": "https://shop.example/mug.jpg", "alt_text": "Mug"},
    }  # fmt: skip
    assert wrong_with(message(part)) == "" and "accessory" not in part.blocks[0] and "accessory" not in part.blocks[2]


def test_a_long_card_shows_its_picture_once_and_one_with_an_address_too_long_none():
    rows = (("Story", "word " * 1500),)
    parts = render(Reply("", cards=(Card("Mug", rows, Picture("https://shop.example/mug.jpg", "")),)))
    blocks = [block for part in parts for block in part.blocks]
    assert len(blocks) > 1 and ["accessory" in block for block in blocks] == [True] + [False] * (len(blocks) - 1)
    assert all(wrong_with(message(part)) == "" for part in parts)
    part, = render(Reply("", cards=(Card("Mug", (), Picture(f"https://shop.example/{'m' * 3000}", "Mug")),)))
    assert not part.pictured


def test_a_card_of_a_title_only_or_of_rows_only():
    assert shown(Reply("", cards=(Card("Order 1042"),))) == ["Order 1042"]
    assert shown(Reply("", cards=(Card("", (("a", "b"),)),))) == ["a: b"]


def test_buttons_stand_below_the_last_part():
    parts = render(Reply("word " * 4000, (Button("Yes", "yes:7"),)))
    assert len(parts) > 1
    assert [buttons(message(part)) for part in parts] == [()] * (len(parts) - 1) + [(("Yes", "yes:7"),)]


def test_many_and_long_buttons_are_taken():
    part, = render(Reply("", tuple(Button("很长的按钮 " * 20, f"pick:{number}") for number in range(60))))
    assert wrong_with(message(part)) == ""
    assert [value for _, value in buttons(message(part))] == [f"pick:{number}" for number in range(60)]


def test_nothing_to_say_is_no_message():
    assert render(Reply("  \n ")) == ()


@QUICK
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 2000)), max_size=6), st.booleans(), st.booleans())
def test_slack_takes_whatever_is_said_and_nothing_is_lost(
    pieces: list[tuple[str, int]], carded: bool, pressed: bool
):
    text = "".join(piece * times for piece, times in pieces) or "nothing"
    cards = (Card(text[:4000], (("row", text),)),) if carded else ()
    parts = render(Reply(text, (Button("Yes", "yes"),) if pressed else (), cards))
    assert [wrong_with(message(part)) for part in parts] == [""] * len(parts)
    seen = "".join("".join(visible(message(part)) for part in parts).split())
    assert seen == "".join((text + (f"{text[:4000]}row:{text}" if carded else "")).split())


@QUICK
@given(st.text(max_size=300), st.integers(10, 80))
def test_pieces_fit_and_join_to_the_text(text: str, most: int):
    pieces = split(text, most, most)
    assert all(0 < units(piece) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(("text", "first"), [
    ("one two. three four", "one two."), ("aaa bbb\n\nccc ddd e", "aaa bbb"),
    ("订单已经发货。谢谢您的耐心等待", "订单已经发货。"),
    ("aaaaaaaaaaa👍🏽b", "aaaaaaaaaaa"),
])  # fmt: skip
def test_a_text_is_cut_where_it_hurts_least(text: str, first: str):
    assert split(text, 13, 13)[0] == first


def test_looking_for_markup_in_the_worst_text_is_quick():
    assert MARKUP.search("*a" * (limits.SECTION_CHARS // 2)) is None


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_a_handoffs_buttons_know_their_handoff():
    keys = (Button("Claim", "claim"), Button("Close", "close"))
    part, = render_post(DeskPost("h-17", "opened", "reason: asked", buttons=keys), WORDS)
    assert buttons(message(part)) == (("Claim", "claim:h-17"), ("Close", "close:h-17"))
    ids = [element["action_id"] for element in part.blocks[-1]["elements"]]
    assert ids == ["desk:claim", "desk:close", "desk:more"]
    assert wrong_with(message(part)) == ""


def test_an_approval_has_no_menu():
    part, = render_post(DeskPost("h-17", "approval", "Refund?", buttons=(Button("Approve", "approve"),)), WORDS)
    assert [element["action_id"] for element in part.blocks[-1]["elements"]] == ["desk:approve"]


@pytest.mark.parametrize(("length", "offered"), [(20, 2), (1990, 2), (2000, 0)])
def test_a_suggestion_that_a_button_can_carry_is_one_press_to_send_or_to_edit(length: int, offered: int):
    post = DeskPost("h-17", "relay", "where is it?", suggestion="x" * length)
    part, = render_post(post, WORDS)
    assert wrong_with(message(part)) == "" and len(buttons(message(part))) == offered


def test_a_shoppers_words_call_nobody_in_the_staff_channel():
    part, = render_post(DeskPost("h-17", "relay", "<!here> @channel"), WORDS)
    assert visible(message(part)) == "💬 <!here> @channel"
    assert part.blocks[0]["text"]["verbatim"]


def test_who_a_post_is_for_is_called_where_he_is_linked_and_named_elsewhere():
    lena = Called("Lena", (Address("telegram", "7", "", user="333"), Address("slack", "T0SHOP", "", user="U0LENA")))
    calls = (Called("Bob <3"), lena, Called("Ida", (Address("slack", "T0OTHER", "", user="U0IDA"),)))
    post = DeskPost("h-17", "note", "Late. *Now*. For: Bob <3, Lena, Ida", calls=calls)
    part, = render_post(post, WORDS, "T0SHOP")
    assert visible(message(part)) == "📝 Late. *Now*. For:\nBob <3, @U0LENA, Ida"
    assert calls_in(message(part)) == ["@U0LENA"] and part.aloud and wrong_with(message(part)) == ""


def test_what_is_for_nobody_stands_in_its_thread_alone():
    part, = render_post(DeskPost("h-17", "note", "Handed to Bob"), WORDS, "T0SHOP")
    assert not part.aloud
