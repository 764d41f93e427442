"""Replies in Telegram's form: parts, bold titles, keyboards."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.render import Part, keyboard, render, render_post
from bot.messages import Address, Button, Called, Card, DeskPost, Reply


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def labels(*names: str) -> list[list[str]]:
    buttons = [Button(name, f"v{number}") for number, name in enumerate(names)]
    return [[key.text for key in row] for row in keyboard(buttons).inline_keyboard]


def test_a_short_text_is_one_part():
    assert render(Reply(" Hello <b>you</b> ")) == (Part("Hello <b>you</b>"),)


def test_card_titles_are_bold_and_rows_stand_below():
    cards = (Card("🧾 Order 1042", (("Total", "£12.50"), ("", "2 items"))), Card("", (("Carrier", "DPD"),)))
    (part,) = render(Reply("Here it is.", cards=cards))
    assert part.text == "Here it is.\n\n🧾 Order 1042\nTotal: £12.50\n2 items\n\nCarrier: DPD"
    (title,) = part.entities()
    assert (title.type, title.offset, title.length) == ("bold", 13, units("🧾 Order 1042"))


def test_a_bold_title_is_found_again_in_its_part():
    filler = "x" * 4090
    first, second = render(Reply(filler, cards=(Card("Order 1042", (("Total", "£1"),)),)))
    assert (first.text, first.bold) == (filler, ())
    assert second.text[slice(*second.bold[0])] == "Order 1042"


def test_who_a_post_is_for_is_called_by_his_name_where_he_is_linked():
    lena = Called("Lena 😀", (Address("slack", "T0SHOP", "", user="U0LENA"), Address("telegram", "7", "", user="333")))
    calls = (Called("Bob"), lena, Called("Ida", (Address("telegram", "8", "", user="444"),)))
    (part,) = render_post(DeskPost("h-17", "note", "Late. For: Bob, Lena 😀, Ida", calls=calls), "7")
    (mention,) = part.entities()
    assert part.text == "📝 Late. For: Bob, Lena 😀, Ida"
    assert (mention.type, mention.user.id, mention.length) == ("text_mention", 333, units("Lena 😀"))
    assert mention.offset == units("📝 Late. For: Bob, ")


def test_nothing_to_say_is_no_part():
    assert render(Reply("  \n")) == ()


def test_buttons_alone_get_a_text():
    assert render(Reply("", (Button("Yes", "y"), Button("No", "n")))) == (Part("1. Yes\n2. No"),)


def test_cut_at_the_best_boundary():
    paragraph, sentence = "a" * 3000, "b" * 500 + "."
    assert [part.text for part in render(Reply(f"{paragraph}\n\n{sentence} {sentence} {sentence}"))] == [
        paragraph, f"{sentence} {sentence} {sentence}"]
    assert [len(part.text) for part in render(Reply(" ".join([sentence] * 9)))] == [8 * 502 - 1, 501]
    assert [len(part.text) for part in render(Reply(("字" * 99 + "。") * 50))] == [4000, 1000]
    assert [len(part.text) for part in render(Reply("word " * 1000))] == [4094, 904]


def test_decimal_points_are_no_boundary():
    first, second = render(Reply("a" * 3000 + ". " + "b" * 1000 + "£3.50" + "c" * 200))
    assert (first.text, second.text[-205:]) == ("a" * 3000 + ".", "£3.50" + "c" * 200)


def test_no_sign_is_torn_apart():
    family, thumb, accent = "👩‍👩‍👧", "👍🏽", "e\u0301"
    for sign in (family, thumb, accent):
        for shift in range(len(sign)):
            first = render(Reply("x" * shift + sign * 3000))[0].text
            assert (len(first) - shift) % len(sign) == 0
            assert units(first) <= 4096


@settings(deadline=None)  # the first example also pays for the imports
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(1, 60))
def test_parts_fit_and_lose_nothing_but_space(text, times):
    parts = render(Reply(text * times))
    assert all(0 < units(part.text) <= 4096 and part.text == part.text.strip() for part in parts)
    assert "".join("".join(part.text for part in parts).split()) == "".join((text * times).split())


def test_short_labels_share_a_row():
    assert labels("Yes", "No", "再想想") == [["Yes", "No"], ["再想想"]]
    assert labels("Cancel the order", "No") == [["Cancel the order"], ["No"]]


def test_long_labels_are_cut_to_the_width_of_a_phone():
    ((latin,), (chinese,)) = labels("Return the blue linen shirt in size M from order 1042 and refund", "退" * 40)
    assert latin == "Return the blue linen shirt in size M from order 1042 and r…"
    assert chinese == "退" * 29 + "…"


def test_an_empty_label_shows_the_value():
    assert labels(" ") == [["v0"]]


def test_buttons_beyond_what_telegram_takes_stand_in_words():
    buttons = [Button(f"Cup {number}", f"v{number}") for number in range(1, 151)]
    rest = "\n".join(f"{number}. Cup {number}" for number in range(101, 151))
    assert sum(map(len, keyboard(buttons).inline_keyboard)) == 100
    assert [part.text for part in render(Reply("Which?", tuple(buttons)))] == ["Which?", rest]
    alone = render(Reply("", tuple(buttons)))
    assert [part.text.rpartition("\n")[2] for part in alone] == ["100. Cup 100", "150. Cup 150"]
    assert [part.text for part in render(Reply("Which?", tuple(buttons[:100])))] == ["Which?"]


def test_no_buttons_no_keyboard():
    assert keyboard(()) is None
