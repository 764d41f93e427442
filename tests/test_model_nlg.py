"""The external check of replies: its scorer by hand-computed values, its writer on random weights, which want anything.

All acts and texts are invented; the corpora's format is theirs.
"""

import gzip
import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.data import DataError
from model.nlg import Net, Pair, Plan, Vocabulary, make, pairs, rnnlg, sample, wanted
from model.nlg_choice import choice, silences
from model.nlg_score import (
    Act,
    Row,
    binary_errors,
    bleu,
    categorical_errors,
    delexicalise,
    is_placeholder,
    matches,
    normalise,
    pooled,
    relexicalise,
)

KETTLE = Act.parse("inform(name=quiet otter 12;type=laptop;weight=1.5 kg;isforbusinesscomputing=false)")
TWO = Act.parse("?compare(name=quiet otter 12;weight=1.5 kg;name=loud otter 7;weight=2 kg)")


def test_an_act_is_read_in_its_order_and_special_values_are_named_alike():
    act = Act.parse("suggest(price range=dont_care;has_usb_port=true;memory=none;family='pond';battery)")
    assert act.kind == "suggest"
    assert act.slots == (("pricerange", "dontcare"), ("hasusbport", "yes"), ("memory", "none"), ("family", "pond"),
                         ("battery", "?"))  # fmt: skip
    assert act.values == (("@family", "pond"),)
    assert Act.parse("goodbye()") == Act("goodbye", ())


@pytest.mark.parametrize(("raw", "split"), [
    ("The Otter is for kids, isn't it?", "the otter is for kid -s , is not it ?"),
    ("It weighs 1.5 kg .", "it weighs 1.5 kg"),
    ("Sorry; nothing cheaper/lighter", "sorry , nothing cheap -er and lighter"),
    ("The otter's 2 ports & dimensions", "the otter 's 2 port -s and dimension -s"),
    ("the otter 12 15 inches", "the otter 1215 inch -s"),
    ("it is good. it costs 5.", "it is good . it costs 5 ."),
])  # fmt: skip
def test_texts_are_split_as_the_toolkit_does(raw: str, split: str):
    assert normalise(raw) == split


@pytest.mark.parametrize(("act", "text", "taken_out"), [
    (KETTLE, "the quiet otter 12 weighs 1.5 kg , for home", "the @name weighs @weight , for home"),
    (TWO, "quiet otter 12 weighs 1.5 kg and loud otter 7 2 kg", "@name weighs @weight and @name.2 @weight.2"),
    (TWO, "loud otter 7 or quiet otter 12 ?", "@name.2 or @name ?"),
])  # fmt: skip
def test_values_are_taken_out_and_put_back(act: Act, text: str, taken_out: str):
    assert delexicalise(text, act) == taken_out
    assert relexicalise(taken_out, act) == text


def test_a_value_of_several_parts_is_found_in_any_order():
    act = Act.parse("inform(accessories=red lid and long cord)")
    assert delexicalise("with a long cord and red lid", act) == "with a @accessories"
    assert delexicalise("with a long cord or red lid", act) == "with a @accessories"


def test_a_value_is_not_found_within_a_word():
    assert delexicalise("a pondside otter", Act.parse("inform(family=pond)")) == "a pondside otter"


def _bleu(*pairs: tuple[str, list[str]]) -> float:
    return bleu(np.array([matches(text, references) for text, references in pairs]))


def test_bleu_by_hand():
    text = "the otter weighs two stones"
    references = ["the otter weighs two kilos today yes", "it weighs two stones ok"]
    # Of one, two and three words all are in one or the other, of four only the first; the second has the same length.
    precision = (5 / 5) * (4 / 4) * (3 / 3) * (1 / 2)
    assert _bleu((text, references)) == pytest.approx(precision**0.25)
    assert _bleu((text, [text])) == pytest.approx(1.0)
    assert _bleu(("the otter weighs two", ["the otter weighs two stones"])) == pytest.approx(math.exp(1 - 5 / 4))
    assert _bleu(("a b c d", ["e f g h"])) == 0.0


def test_bleu_counts_over_the_whole_set_and_a_word_no_more_often_than_one_reference():
    once = ("a a a b c d", ["a b c d", "a a x y z"])
    # one: a twice of three, b, c, d; two: a a once of two, a b, b c, c d; three: a b c, b c d of 4; four: one of three
    assert _bleu(once) == pytest.approx(((5 / 6) * (4 / 5) * (2 / 4) * (1 / 3)) ** 0.25)
    same = ("a b c d", ["a b c d"])
    assert _bleu(once, same) == pytest.approx(((9 / 10) * (7 / 8) * (4 / 6) * (2 / 4)) ** 0.25)


def test_slot_errors_are_counted():
    assert categorical_errors([("the quiet otter 12 weighs 1.5 kg", KETTLE)]).wrong == 0
    missing = categorical_errors([("quiet otter 12 is light", KETTLE), ("quiet otter 12 weighs 1.5 kg", KETTLE)])
    assert (missing.wrong, missing.slots, missing.rate) == (1, 4, 0.25)
    assert categorical_errors([("the quiet otter 12 weighs 1.5 kg and @weight and @price", KETTLE)]).wrong == 2
    assert binary_errors([("not for business", KETTLE), ("with usb for home", KETTLE), ("light", KETTLE)]).wrong == 2


def test_references_of_one_delexicalised_act_are_pooled_with_each_rows_values():
    rows = [Row(Act.parse(f"inform(name=otter {number};family={family};hasusbport={usb})"), text) for
            number, family, usb, text in (
        (1, "pond", "true", "otter 1 of pond"),
        (2, "river", "true", "the river otter 2"),
        (3, "lake", "false", "otter 3 , lake"),
    )]  # fmt: skip
    swapped = Row(Act.parse("inform(family=sea;hasusbport=yes;name=otter 4)"), "sea otter 4")
    assert pooled([*rows, swapped]) == [
        ["otter 1 of pond", "the pond otter 1", "pond otter 1"],
        ["otter 2 of river", "the river otter 2", "river otter 2"],
        ["otter 3 , lake"],
        ["otter 4 of sea", "the sea otter 4", "sea otter 4"],
    ]


# --- the writer -------------------------------------------------------------------------------------------------------

KNOWN = [
    Pair(KETTLE, "the @name weighs @weight and is for home use"),
    Pair(KETTLE, "the @name is a laptop for home use that weighs @weight"),
    Pair(TWO, "the @name weighs @weight , the @name.2 weighs @weight.2 , which is for you ?"),
    Pair(TWO, "which is for you , the @name at @weight or the @name.2 at @weight.2 ?"),
    Pair(Act("goodbye", ()), "that is for you , use the laptop"),
]
TINY = replace(Plan().recipe, width=16, heads=2, inner=32, encoder_layers=1, decoder_layers=1, decoder_batch=4,
               bf16=False)  # fmt: skip


def untrained(seed: int) -> tuple[Net, Vocabulary]:
    torch.manual_seed(seed)
    vocabulary = Vocabulary(KNOWN)
    return make(vocabulary, TINY).eval(), vocabulary


@pytest.mark.parametrize("seed", range(3))
def test_no_value_is_lost_or_made_up(seed: int):
    net, vocabulary = untrained(seed)
    asked = [KETTLE, TWO, Act("goodbye", ()), Act.parse("sing(weight=9 kg;type=boat)")]
    for temperature in (0.3, 3.0):
        written = sample(net, vocabulary, asked, 25, temperature=temperature, seed=seed, together=60)
        for act, texts in zip(asked, written, strict=True):
            assert len(texts) == 25
            for text in texts:
                assert Counter(filter(is_placeholder, text.split())) == wanted(act)
                assert not {"[pad]", "[begin]", "[end]", "[unknown]"} & set(text.split())
                assert categorical_errors([(relexicalise(text, act), act)]).wrong == 0


def test_a_slot_that_no_training_text_speaks_of_cannot_be_said():
    net, vocabulary = untrained(0)
    with pytest.raises(DataError, match="@colour"):
        sample(net, vocabulary, [Act.parse("inform(name=otter;colour=red)")], 2, temperature=1.0, seed=1)


def test_the_same_seed_writes_the_same():
    net, vocabulary = untrained(0)
    first, again, other = (sample(net, vocabulary, [KETTLE, TWO], 5, temperature=1.0, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_texts_that_leave_a_value_out_are_not_learnt_from():
    rows = [Row(KETTLE, "the quiet otter 12 weighs 1.5 kg"), Row(KETTLE, "the quiet otter 12 is light")]
    assert [pair.text for pair in pairs(rows)] == ["the @name weighs @weight"]


def test_the_text_most_like_the_others_is_said():
    act = Act.parse("inform(name=otter;hasusbport=true)")
    common, other, quiet = "the @name has a usb port", "usb : @name", "the @name has a big port"
    found = choice(act, [common, other, quiet, quiet, common])
    assert set(found.texts) == {common, other, quiet}
    assert found.likeness.argmin() == found.texts.index(other)
    assert found.best(0.0) == common  # the other one of the two does not speak of its slot
    # Each is wholly like itself.
    assert choice(act, [common, common]).likeness == pytest.approx([1.0])


def test_what_is_not_spoken_of_is_noticed():
    act = Act.parse("inform_count(count=4;pricerange=dontcare;hasusbport=false;family=pond)")
    assert silences(act, {"price", "usb", "@count"}) == 0
    assert silences(act, {"@count", "@family"}) == 2
    assert silences(KETTLE, {"home", "usb"}) == 1


# --- the whole --------------------------------------------------------------------------------------------------------


def test_a_missing_corpus_is_named_with_where_it_comes_from(tmp_path: Path):
    with pytest.raises(DataError, match=r"laptop_train\.jsonl\.gz is missing: shawnwun/RNNLG@"):
        rnnlg(tmp_path, "laptop", threads=1)


def test_the_check_trains_and_scores(tmp_path: Path):
    (tmp_path / "nlg").mkdir()
    for split in ("train", "valid", "test"):
        rows = [{"act": f"inform(name=otter {number};type=television;weight={number % 9} kg)",
                 "reference": f"the otter {number} weighs {number % 9} kg .",
                 "handcrafted": f"otter {number} has a weight of {number % 9} kg"} for number in range(12)]  # fmt: skip
        with gzip.open(tmp_path / "nlg" / f"tv_{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    plan = Plan(recipe=TINY, epochs=2, nets=2, texts=3, judged=4)
    figures = [rnnlg(tmp_path, "tv", threads=1, plan=plan, say=lambda _: None) for _ in range(2)]
    assert figures[0]["rows"] == 12 and figures[0]["wrong_categorical"] == 0
    reached = figures[0]["bleu"]
    assert 0 <= reached["low"] <= reached["value"] <= reached["high"] <= 1 and figures[0]["handcrafted_bleu"] < 1
    for one in figures:
        del one["seconds"], one["trained_seconds"]
    assert figures[0] == figures[1]
