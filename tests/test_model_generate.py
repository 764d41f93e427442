"""What the decoder may say: a written variant, or words of the act. Shown on random weights, which want anything."""

import re
from collections import Counter
from collections.abc import Sequence
from math import exp
from random import Random

import pytest
import torch
from test_model_tiny import PHRASES, tiny_model

from bot.conversation import Utterance
from bot.facts import words
from bot.ports import WriteRequest
from model.batch import Line, collate, request_line
from model.generate import ROOT, Decoding, Grammar, Reply, Sample, generate
from model.phrasebook import Phrases, placeholders
from model.serving import ModelThread
from model.transformer import Memory
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
    [wide] = generate(model, asked, grammar, Decoding(beams=3))
    assert sorted(model.tokenizer.decode(reply.ids) for reply in wide) == sorted(BOOK["greet", "en"].all)


# --- decoding: the same as piece by piece, without cache, batch or forced runs ----------------------------------------


def random_cases(count: int, seed: int) -> tuple[list[Line], list[Grammar]]:
    """Requests and grammars of every kind: one variant or many, words that begin alike, variants that cross, loops."""
    model, dice, lines, grammars = tiny_model(), Random(seed), [], []
    for _ in range(count):
        pieces = dice.sample(range(300, model.config.pieces), dice.randint(2, 12))
        lexicon = [dice.choices(pieces, k=dice.choice((1, 1, 2, 3))) for _ in range(dice.randint(1, 10))]
        variants = [dice.choices(lexicon, k=dice.randint(1, 9)) for _ in range(dice.choice((0, 1, 1, 2, 3, 5, 9)))]
        ending = dice.choices(lexicon, k=dice.randint(0, 4))  # what many variants share comes from somewhere
        variants = [[*variant, *ending] if dice.random() < 0.5 else variant for variant in variants]
        grammars.append(Grammar(variants, model.tokenizer.eos, memory=dice.choice((None, None, 1, 2, 3))))
        history = [("user", "where is my order? " * dice.randint(1, 4))] if dice.random() < 0.5 else []
        lines.append(request_line(dice.choice(("greet", "done:cancel_order")),
                                  dice.sample(["shop", "order_id", "day"], dice.randint(0, 3)),
                                  dice.choice(("en", "zh")), "neutral", history, model.tokenizer,
                                  model.config))  # fmt: skip
    return lines, grammars


def encoded(one: Line) -> Memory:
    with torch.inference_mode():
        return tiny_model().net.remember(collate([one], tiny_model().tokenizer))


def next_chances(memory: Memory, ids: Sequence[int], allowed: Sequence[int]) -> list[float]:
    """Log-probabilities of the allowed pieces after `ids`: the whole reply is computed anew, forced or not."""
    with torch.inference_mode():
        logits, _ = tiny_model().net.write(torch.tensor([[tiny_model().tokenizer.bos, *ids]]), memory)
    return logits[0, -1, list(allowed)].log_softmax(0).tolist()


def plain_search(one: Line, grammar: Grammar, beams: int, length: int) -> list[Reply]:
    """Beam search as in the textbooks: the net is run over the whole of every beam for every piece."""
    finished: list[Reply] = []
    live, memory = [((), ROOT, 0.0)], encoded(one)
    for _ in range(length):
        options = []
        for row, (ids, state, score) in enumerate(live):
            allowed = grammar.allowed(state)
            chances = next_chances(memory, ids, allowed) if allowed else []
            options += [(-score - chance, row, piece) for piece, chance in zip(allowed, chances, strict=True)]
        kept = []
        for cost, row, piece in sorted(options)[: 2 * beams]:
            ids, state, _ = live[row]
            if piece == grammar.eos:
                finished.append(Reply(ids, -cost))
            else:
                kept.append(((*ids, piece), grammar.step(state, piece), -cost))
            if len(kept) == beams:
                break
        live = kept
        if not live or len(finished) >= beams:
            break
    return sorted(finished, key=lambda reply: -reply.merit)[:beams]


def same(found: list[Reply], wanted: list[Reply]) -> None:
    assert [reply.ids for reply in found] == [reply.ids for reply in wanted]
    assert [reply.score for reply in found] == pytest.approx([reply.score for reply in wanted], abs=1e-4)


CASES, LENGTH = 125, 20  # cases for each of four ways to decode


@pytest.mark.parametrize("beams", [1, 2, 3, 5])
def test_forced_runs_cache_and_batches_change_nothing(beams: int):
    lines, grammars = random_cases(CASES, seed=beams)
    decoding = Decoding(beams, length=LENGTH)
    batches = [generate(tiny_model(), lines[at : at + 16], grammars[at : at + 16], decoding)
               for at in range(0, CASES, 16)]  # fmt: skip
    together = [found for batch in batches for found in batch]
    for one, grammar, found in zip(lines, grammars, together, strict=True):
        [alone] = generate(tiny_model(), [one], [grammar], decoding)
        same(alone, plain_search(one, grammar, beams, LENGTH))
        same(found, alone)
    assert sum(len(found) > 1 for found in together) > (CASES / 3 if beams > 1 else -1)


def test_the_net_is_asked_only_where_there_is_a_choice():
    model, asked = tiny_model(), []
    one = request_line("greet", [], "en", "neutral", [], model.tokenizer, model.config)
    hooks = [
        model.net.encoder.register_forward_hook(lambda *_: asked.append("encoder")),
        model.net.decoder.register_forward_hook(lambda _, inputs, __: asked.append(tuple(inputs[0].shape))),
    ]
    try:
        for variants in ([[5] * 9], [[5] * 4, [5, 5, 5, 6, 7, 7]]):
            words_of = [[[piece] for piece in variant] for variant in variants]
            [found] = generate(model, [one], [Grammar(words_of, model.tokenizer.eos, memory=None)])
            assert sorted(reply.ids for reply in found) == sorted(map(tuple, variants))
    finally:
        for hook in hooks:
            hook.remove()
    assert asked == ["encoder", (1, 4)]  # nothing for the first; for the second [bos] and the three pieces before "or"


def test_a_reply_that_does_not_end_in_time_is_none():
    model = tiny_model()
    one = request_line("greet", [], "en", "neutral", [], model.tokenizer, model.config)
    grammar = Grammar([[[5], [6], [7]]], model.tokenizer.eos, memory=None)
    assert generate(model, [one], [grammar], Decoding(length=3)) == [[]]
    assert [reply.ids for reply in generate(model, [one], [grammar], Decoding(length=4))[0]] == [(5, 6, 7)]


# --- sampling ---------------------------------------------------------------------------------------------------------


def plain_score(one: Line, grammar: Grammar, ids: Sequence[int]) -> float:
    score, state, memory = 0.0, ROOT, encoded(one)
    for at, piece in enumerate((*ids, grammar.eos)):
        allowed = grammar.allowed(state)
        score += next_chances(memory, ids[:at], allowed)[allowed.index(piece)]
        state = grammar.step(state, piece)
    return score


def test_the_same_seed_draws_the_same_replies_alone_and_in_a_batch_and_another_seed_others():
    lines, grammars = random_cases(100, seed=7)
    drawn = {seed: generate(tiny_model(), lines, grammars, Decoding(3, Sample(seed), length=LENGTH)) for seed in (1, 2)}
    assert generate(tiny_model(), lines, grammars, Decoding(3, Sample(1), length=LENGTH)) == drawn[1]
    for one, grammar, found in zip(lines, grammars, drawn[1], strict=True):
        [alone] = generate(tiny_model(), [one], [grammar], Decoding(3, Sample(1), length=LENGTH))
        same(found, alone)
        assert [reply.score for reply in found] == pytest.approx(
            [plain_score(one, grammar, reply.ids) for reply in found], abs=1e-4
        )
    free = [at for at, found in enumerate(drawn[1]) if len(found) > 1]
    assert sum(drawn[1][at] != drawn[2][at] for at in free) > len(free) / 2 > 10


def _one_choice_after_another() -> tuple[Line, Grammar]:
    model = tiny_model()
    variants = [[[a], [b], [310]] for a in (301, 302, 303) for b in (304, 305)]
    one = request_line("greet", ["shop"], "en", "neutral", [], model.tokenizer, model.config)
    return one, Grammar(variants, model.tokenizer.eos, memory=None)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_replies_are_drawn_as_often_as_they_are_likely(temperature: float):
    one, grammar = _one_choice_after_another()
    draws, model = 400, tiny_model()
    counts = Counter(
        generate(model, [one], [grammar], Decoding(1, Sample(seed, temperature)))[0][0].ids for seed in range(draws)
    )
    memory, expected = encoded(one), {}

    def heated(ids: Sequence[int], state: int) -> dict[int, float]:
        allowed = grammar.allowed(state)
        powers = [exp(chance / temperature) for chance in next_chances(memory, ids, allowed)]
        return {piece: power / sum(powers) for piece, power in zip(allowed, powers, strict=True)}

    for a, first in heated([], ROOT).items():
        for b, second in heated([a], grammar.step(ROOT, a)).items():
            expected[a, b, 310] = first * second
    for ids, chance in expected.items():
        assert counts[ids] / draws == pytest.approx(chance, abs=4 * (chance * (1 - chance) / draws) ** 0.5 + 1e-3)


def test_a_cold_or_narrow_draw_is_greedy():
    lines, grammars = random_cases(60, seed=9)
    greedy = generate(tiny_model(), lines, grammars, Decoding(1, length=LENGTH))
    for sample in (Sample(3, temperature=1e-4), Sample(3, top_p=1e-6)):
        drawn = generate(tiny_model(), lines, grammars, Decoding(1, sample, length=LENGTH))
        assert [[reply.ids for reply in found] for found in drawn] == [
            [reply.ids for reply in found] for found in greedy
        ]


def test_unlikely_pieces_are_never_drawn_below_top_p():
    one, grammar = _one_choice_after_another()
    chances = dict(zip(grammar.allowed(ROOT), next_chances(encoded(one), [], grammar.allowed(ROOT)), strict=True))
    *likely, unlikely = sorted(chances, key=lambda piece: -chances[piece])
    enough = exp(chances[likely[0]]) + 0.5 * exp(chances[likely[1]])
    drawn = {generate(tiny_model(), [one], [grammar], Decoding(1, Sample(seed, top_p=enough)))[0][0].ids[0]
             for seed in range(100)}  # fmt: skip
    assert drawn == set(likely) and unlikely not in drawn


@pytest.mark.parametrize("wrong", [{"temperature": 0.0}, {"temperature": -1.0}, {"top_p": 0.0}, {"top_p": 1.1}])
def test_a_sample_that_cannot_be_drawn_is_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="must be above 0"):
        Sample(**wrong)
    with pytest.raises(ValueError, match="at least 1"):
        Decoding(beams=0)


async def test_a_writer_that_draws_keeps_to_the_written_words():
    writer = TransformerWriter(tiny_model(), BOOK, ModelThread(torch_threads=1), decoding=Decoding(3, Sample(5)))
    try:
        [greeting, done] = await writer.write([
            WriteRequest("greet", frozenset({"shop"}), "en"),
            WriteRequest("done:cancel_order", frozenset({"order_id", "amount"}), "en"),
        ])  # fmt: skip
    finally:
        writer.close()
    assert greeting and {word for text in greeting for word in words(text)} <= {
        word for text in BOOK["greet", "en"].all for word in words(text)
    }
    assert set(done) <= {"Order {order_id} is cancelled."}
