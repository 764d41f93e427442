"""What the decoder may say: a written variant, or words of the act. Shown on random weights, which want anything."""

import re

import pytest
import torch
from test_model_tiny import PHRASES, tiny_model

from bot.conversation import Utterance
from bot.facts import words
from bot.ports import WriteRequest
from model.batch import request_line
from model.generate import ROOT, Grammar, generate
from model.phrasebook import Phrases, placeholders
from model.serving import ModelThread
from model.writer import TransformerWriter

BOOK = {key: Phrases(frozenset({"order_id"} if "cancel" in key[0] else ()), tones) for key, tones in PHRASES.items()}


async def write(*requests: WriteRequest, seed: int = 0) -> list[list[str]]:
    writer = TransformerWriter(tiny_model(seed), BOOK, ModelThread(torch_threads=1))
    try:
        return await writer.write(requests)
    finally:
        writer.close()


@pytest.mark.parametrize("seed", range(4))
async def test_an_effect_is_told_in_a_written_variant_only(seed: int):
    [found] = await write(WriteRequest("done:cancel_order", frozenset({"order_id", "amount"}), "en"), seed=seed)
    assert found == ["Order {order_id} is cancelled."]  # the other one leaves out what is required


async def test_a_variant_whose_facts_are_missing_is_not_said():
    assert await write(WriteRequest("done:cancel_order", frozenset({"amount"}), "en")) == [[]]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("facts", [frozenset(), frozenset({"shop", "name"})])
async def test_other_acts_use_words_of_the_act_only(language: str, facts: frozenset[str]):
    lexicon = {word for text in BOOK["greet", language].all for word in words(text)}
    for seed in range(4):
        [found] = await write(WriteRequest("greet", facts, language), seed=seed)
        for text in found:
            assert set(words(text)) <= lexicon
            assert placeholders(text) <= facts
            assert not re.search(r"\d", text)


async def test_an_unknown_act_has_no_words():
    assert await write(WriteRequest("sing", frozenset(), "en")) == [[]]


async def test_requests_written_together_are_written_as_alone():
    requests = [WriteRequest("greet", frozenset({"shop"}), "en", history=(Utterance("user", "hello"),)),
                WriteRequest("done:cancel_order", frozenset({"order_id"}), "en", "warm"),
                WriteRequest("greet", frozenset(), "zh")]  # fmt: skip
    assert await write(*requests) == [(await write(one))[0] for one in requests]


def test_a_grammar_of_whole_variants():
    grammar = Grammar([[[5], [6]], [[5], [7, 8]]], eos=1, memory=None)
    after = grammar.step(ROOT, 5)
    assert grammar.allowed(ROOT) == [5]
    assert grammar.allowed(after) == [6, 7]
    assert grammar.allowed(grammar.step(after, 6)) == [1]
    assert grammar.allowed(grammar.step(after, 7)) == [8]
    with pytest.raises(KeyError):
        grammar.step(after, 5)


def test_variants_cross_where_they_share_their_last_words():
    variants = [[[5], [6], [7]], [[8], [6], [9]]]
    crossing, strict = Grammar(variants, eos=1, memory=1), Grammar(variants, eos=1, memory=2)
    assert crossing.allowed(crossing.step(crossing.step(ROOT, 5), 6)) == [7, 9]
    assert strict.allowed(strict.step(strict.step(ROOT, 5), 6)) == [7]


def test_a_wide_beam_finds_every_variant():
    model = tiny_model()
    asked = [request_line("greet", ["shop"], "en", "neutral", [], model.tokenizer, model.config)]
    grammar = [Grammar(map(model.tokenizer.words, BOOK["greet", "en"].all), model.tokenizer.eos, memory=None)]
    with torch.inference_mode():
        [wide] = generate(model, asked, grammar, beams=3)
    assert sorted(map(model.tokenizer.decode, wide)) == sorted(BOOK["greet", "en"].all)
