"""Reading the training data: format errors name file and line, test texts never get in, slots stay on their values."""

import json
import random
import re
from pathlib import Path

import pytest

from bot.shop.transfer import SAMPLE
from model import slips
from model.augment import Augmenter, answer, joined, noise
from model.corpora import foreign
from model.data import DataError, Example, cut, languages, parse, read_corpus, read_file, read_labelled, without
from model.fillers import Fillers
from model.labels import INTENTS, SLOTS
from model.phrasebook import read_phrases
from model.tokenizer import key, normalise


def test_a_line_of_the_corpus():
    written = "swap [M](size) for [L](new_size) || also=invoice; expects=size; after=Which; size?"
    example = parse(written, "exchange_item", "en")
    assert example.text == "swap M for L"
    assert example.spans == [("size", 5, 6), ("new_size", 11, 12)]
    assert example.intents == ("exchange_item", "invoice")
    assert (example.expects, example.history) == ("size", (("system", "Which; size?"),))


@pytest.mark.parametrize(("written", "problem"), [
    ("[42](weight)", "'weight' is not a slot"), ("hi || also=singing", "'singing' is not an intent"),
    ("hi || expects=mood", "neither a slot"), ("hi || maybe", "cannot read the notes"),
])  # fmt: skip
def test_a_bad_line_is_named(tmp_path: Path, written: str, problem: str):
    file = tmp_path / "greeting.txt"
    file.write_text(f"# fine\nhello\n{written}\n")
    with pytest.raises(DataError, match=rf"greeting\.txt:3: .*{problem}"):
        list(read_file(file, "greeting", "en"))


def test_an_unknown_file_is_named(tmp_path: Path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "singing.txt").write_text("la la\n")
    with pytest.raises(DataError, match="'singing' is not an intent"):
        read_corpus(tmp_path)


def test_other_languages_are_read_for_their_language_only(tmp_path: Path):
    for name, text in (("en/greeting", "hello"), ("zh/greeting", "你好"), ("other/fr", "où est mon colis ?")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.txt").write_text(f"{text}\n")
    examples = read_corpus(tmp_path)
    assert languages(examples) == ("en", "zh", "fr")
    assert examples[-1].intents == ()


def test_a_bad_labelled_row_is_named(tmp_path: Path):
    file = tmp_path / "en.jsonl"
    good = {"text": "hi", "intent": "greeting"}
    file.write_text(f"{json.dumps(good)}\n{json.dumps(good | {'slots': [{'name': 'size', 'value': 'M'}]})}\n")
    with pytest.raises(DataError, match=r"en\.jsonl:2: .*does not stand in the text"):
        read_labelled([file])


def test_texts_of_a_test_set_are_dropped_however_they_are_written(tmp_path: Path):
    file = tmp_path / "en.jsonl"
    file.write_text(json.dumps({"text": "Where's my ORDER?", "intent": "order_status"}) + "\n")
    keys = {key(one.row.text) for one in read_labelled([file])}
    texts = ("where’s  my order", "where's my [order](product)!!", "my order")
    rows = [parse(text, "order_status", "en") for text in texts]
    assert [one.text for one in without(rows, keys)] == ["my order"]


def test_our_corpus_can_be_read_and_is_complete():
    examples = read_corpus()
    for language in ("en", "zh"):
        assert {one.intents[0] for one in examples if one.language == language} == {*INTENTS, "oos"}


def test_no_text_of_the_held_out_set_is_trained_on():
    files = sorted(Path(__file__).parent.joinpath("heldout").glob("*.jsonl"))
    keys = {key(one.row.text) for one in read_labelled(files)}
    assert not keys & {key(one.text) for one in without(read_corpus(), keys)}


def test_overlapping_spans_keep_the_first():
    assert cut("abcdef", [("x", 1, 4), ("y", 3, 5)]) == (("a", ""), ("bcd", "x"), ("ef", ""))


def test_augmenting_keeps_slots_known_and_values_in_place():
    examples, rng = read_corpus(), random.Random(0)
    augment = Augmenter(examples)
    for example in rng.sample([one for one in examples if one.intents], 400):
        changed = augment(example, rng)
        assert changed.text.strip()
        assert changed.intents[0] in {*INTENTS, "oos"}
        assert {slot for slot, _, _ in changed.spans} <= set(SLOTS)
        assert all(changed.text[start:end].strip() for _, start, end in changed.spans)


def english(written: str) -> Example:
    return parse(written, "order_status", "en")


def test_speech_is_written_without_marks_and_capitals_but_codes_stay():
    said = [slips.spoken(english("Hi, where is [SH-20488](order_id)?"), random.Random(seed)) for seed in range(40)]
    assert {one.parts[-1] for one in said} == {("SH-20488", "order_id")}
    assert all(not re.search(r"[,?]|Hi", one.text) for one in said)
    assert len({one.parts[0][0] for one in said}) > 3  # a hesitation before
    assert any("hi where where is" in one.text or "hi hi where" in one.text for one in said)
    assert slips.spoken(parse("订单到哪了？", "order_status", "zh"), random.Random(0)).text.endswith("订单到哪了")


def test_a_word_of_chinese_is_typed_as_pinyin():
    rng = random.Random(0)
    assert {slips.pinyin("我的快递呢", rng) for _ in range(20)} == {"wode快递呢", "我的kuaidi呢"}
    assert slips.pinyin("where is it", rng) == "where is it"


def test_traditional_chinese_has_its_own_words_too():
    assert slips.traditional("这个软件的订单", random.Random(0)) == "這個軟體的訂單"


def test_a_message_without_spaces_keeps_its_values():
    glued = slips.together(english("where is my order [10423](order_id) with the [blue shoes](product)"))
    assert glued.text == "whereismyorder10423withtheblue shoes"
    assert glued.spans == [("order_id", 14, 19), ("product", 26, 36)]


def test_every_slip_comes_up_and_leaves_codes_alone():
    example, chinese = english("Where is my order [SH-20488](order_id), please?"), parse(
        "请问我的订单[SH-20488](order_id)什么时候发货？", "order_status", "zh")  # fmt: skip
    seen = {slips.slipped(one, random.Random(seed)).text for one in (example, chinese) for seed in range(2_000)}
    assert all("sh-20488" in text.lower() for text in seen)
    for sign in ("Whereismyorder", "um where", "訂單", "dingdan", "pls"):
        assert any(sign in text for text in seen), sign


def test_two_requests_in_one_message_hold_both_intents():
    first = parse("where is [10423](order_id)?", "order_status", "en")
    second = parse("I need an invoice", "invoice", "en")
    both = joined(first, second, random.Random(0))
    assert both.intents == ("order_status", "invoice")
    assert both.text.startswith("where is 10423")
    assert both.text.endswith("I need an invoice")


def test_generated_answers_carry_the_slot_that_was_asked():
    examples = read_corpus()
    augment, rng = Augmenter(examples), random.Random(0)
    for language in ("en", "zh"):
        made = [one for _ in range(20) if (one := answer(augment.fillers, augment.around, language, rng))]
        assert len(made) > 10  # a reason is made up for nobody
        assert all(one.intents == ("provide_info",) and one.parts[0][1] == one.expects for one in made)


def test_noise_is_out_of_scope():
    assert {noise(random.Random(seed)).intents for seed in range(20)} == {("oos",)}


def test_a_reason_is_never_swapped():
    assert Fillers(read_corpus()).draw("reason", "en", random.Random(0)) is None


def test_goods_are_those_of_any_shop_and_hardly_ever_of_the_sample():
    told = [json.loads(line)["name"] for line in (SAMPLE / "products.jsonl").read_text().splitlines()]
    names = {normalise(name) for one in told for name in ([one] if isinstance(one, str) else one.values())}
    examples, rng = read_corpus(), random.Random(0)
    values, fillers = [text for one in examples for text, slot in one.parts if slot == "product"], Fillers(examples)
    drawn = [fillers.draw("product", language, rng) or "" for language in ("en", "zh") for _ in range(5_000)]
    for said in (values, drawn):
        assert sum(normalise(value) in names for value in said) < len(said) / 1_000
    assert len(values) > 10_000 and len(set(drawn)) > 1_000


def test_only_clearly_foreign_rows_of_other_corpora_are_out_of_scope():
    assert foreign("clinc150", "flight_status", "travel")
    assert foreign("massive_zh", "weather_query", "")
    assert not foreign("clinc150", "order_status", "home")
    assert not foreign("banking77", "card_arrival", "")


def test_later_phrases_replace_earlier_ones(tmp_path: Path):
    for folder, text in (("ours", "Hello"), ("theirs", "Ahoy")):
        (tmp_path / folder).mkdir()
        written = f'[acts."greet"]\nrequired = ["shop"]\nneutral = ["{text}, {{shop}}"]\n'
        (tmp_path / folder / "en.toml").write_text(written)
    book = read_phrases(tmp_path / "ours", tmp_path / "theirs")
    assert book["greet", "en"].all == ("Ahoy, {shop}",)
    assert book["greet", "en"].required == {"shop"}
    with pytest.raises(DataError, match="no phrases"):
        read_phrases(tmp_path)
