"""How fast the model is, beside the same shape in Hugging Face transformers and in CTranslate2 (`make bench`).

Contenders take turns in one process, so that whatever else the machine does falls on all of them. Printed are medians
with quartiles, and ratios round by round. Speed is never asserted, only that what was timed is right.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest
import torch

from bot.conversation import Utterance
from bot.phrases import PHRASES
from bot.ports import WriteRequest
from model import checkpoint
from model.batch import Row, line
from model.calibration import Calibration
from model.checkpoint import Model
from model.data import languages, read_corpus
from model.mixture import BUCKETS
from model.phrasebook import placeholders, read_phrases
from model.recipe import Recipe
from model.serving import ModelThread
from model.tokenizer import train_tokenizer
from model.transformer import Config, Inputs, Transformer
from model.understand import understand
from model.writer import TransformerWriter

THREADS = min(2, torch.get_num_threads())  # no more than this process may use
ROUNDS = 25
TOGETHER = 16  # replies in a batch
SEEN, TOKENS = 32, 30  # pieces that are read and written beside peers

pytestmark = pytest.mark.filterwarnings("default")  # peers warn as they like


@pytest.fixture(scope="module", autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    print(f"\ntorch {torch.__version__}, {THREADS} threads, {ROUNDS} rounds; load {os.getloadavg()[0]:.1f} on "
          f"{os.cpu_count()} cores; milliseconds as median (quartiles)")  # fmt: skip
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model; while it does not fit the code, random weights in its shape."""
    try:
        checkpoint.load(checkpoint.SHIPPED)
        return checkpoint.SHIPPED
    except checkpoint.CheckpointError as problem:
        print(f"random weights: {problem}")
    recipe, corpus = Recipe(), read_corpus()
    replies = [template for phrases in read_phrases(PHRASES).values() for template in phrases.all]
    tokenizer = train_tokenizer([one.text for one in corpus], replies, recipe.pieces)
    torch.manual_seed(recipe.seed)
    net = Transformer(replace(recipe.config(tokenizer.size, languages(corpus)), lexical=BUCKETS))
    target = tmp_path_factory.mktemp("random")
    checkpoint.save(target, net, tokenizer, Calibration())
    return target


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return checkpoint.load(folder)


# --- timing ----------------------------------------------------------------------------------------------------------


def alternate(contenders: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Milliseconds of each contender in each round; every other round goes backwards, the first two do not count."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 2):
        for name in list(contenders)[:: -1 if number % 2 else 1]:
            began = time.perf_counter()
            contenders[name]()
            taken[name].append(1000 * (time.perf_counter() - began))
    return {name: times[2:] for name, times in taken.items()}


def spread(values: Sequence[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.2f} ({low:.2f} … {high:.2f})"


def show(name: str, values: Sequence[float], note: str = "") -> None:
    print(f"  {name:<32} {spread(values):<28} {note}".rstrip())


# --- understanding ---------------------------------------------------------------------------------------------------


def rows(model: Model, size: int) -> Iterator[Row]:
    """Messages of our corpus with two turns before them: at most `size` positions, and not much less."""
    random, corpus = Random(size), read_corpus()
    pools = [[one.text for one in corpus if one.language == code] for code in ("en", "zh")]
    while True:
        pool = random.choice(pools)
        text, before, asked = (" ".join(random.choices(pool, k=size // 32)) for _ in range(3))
        row = Row(text, "order_id", (("user", before), ("system", asked)))
        if 0.85 * size <= len(line(row, model.tokenizer, model.config)) <= size:
            yield row


def test_understanding_alone_and_in_batches(model: Model) -> None:
    """From text to meaning. The words have been met before, as in a process that has run for a while."""

    def answer(given: Iterator[list[Row]]) -> None:
        chosen = next(given)
        assert [found.text for found in understand(model, chosen)] == [row.text for row in chosen]

    contenders: dict[str, Callable[[], object]] = {}
    for size in (32, 64, 128):
        source = rows(model, size)
        for count in (1, 32):
            given = [list(islice(source, count)) for _ in range(ROUNDS + 2)]
            contenders[f"{count} of {size} positions"] = partial(answer, iter(given))
    print("\nunderstanding (targets at 32 positions: 10 ms alone, 600 a second in batches)")
    for name, times in alternate(contenders).items():
        count = int(name.split()[0])
        show(name, times, f"{1000 * count / statistics.median(times):,.0f} a second" if count > 1 else "")


# --- replies ---------------------------------------------------------------------------------------------------------

HISTORY = (Utterance("user", "where is my order please, I have been waiting for it since last week"),)
ABOUT = range(27, 34)  # pieces


def test_replies_under_the_grammar_of_their_act(model: Model) -> None:
    """Through the writer as in the product: it waits 3 ms for others to share a batch with."""
    book = read_phrases(PHRASES)
    writer = TransformerWriter(model, book, ModelThread(torch_threads=THREADS), time_limit=600)
    every = [
        WriteRequest(act, frozenset(name for text in phrases.all for name in placeholders(text)), code, tone, HISTORY)
        for (act, code), phrases in sorted(book.items()) for tone in phrases.variants
    ]  # fmt: skip
    with asyncio.Runner() as runner:

        def write(chosen: Iterator[list[WriteRequest]]) -> list[list[str]]:
            found = runner.run(writer.write(next(chosen)))
            assert all(found), "no reply"
            return found

        best = [texts[0] for texts in write(iter([every]))]  # builds the grammars too
        lengths = [sum(map(len, model.tokenizer.words(text))) for text in best]
        chosen = [request for request, length in zip(every, lengths, strict=True) if length in ABOUT]
        print(f"\na reply of {ABOUT.start} to {ABOUT.stop - 1} pieces, {len(chosen)} kinds (target: 30 ms alone)")
        taken = alternate({
            f"{count} together": partial(write, _by_turns(chosen, count)) for count in (1, TOGETHER)
        })  # fmt: skip
        for name, times in taken.items():
            count = int(name.split()[0])
            show(name, times, f"{statistics.median(times) / count:.2f} each" if count > 1 else "")
    writer.close()


def _by_turns(chosen: Sequence[WriteRequest], count: int) -> Iterator[list[WriteRequest]]:
    endless = cycle(Random(1).sample(chosen, len(chosen)))
    while True:
        yield list(islice(endless, count))


# --- peers -----------------------------------------------------------------------------------------------------------

Ids = list[list[int]]
Writes = Callable[[Ids], Ids]  # what was read → exactly TOKENS pieces for each, the likeliest one at each step


def test_writing_beside_peers_of_the_same_shape(model: Model, tmp_path: Path) -> None:
    """Without a grammar. The peers' weights are random, and the same: what is said costs nothing."""
    print(f"\nwriting {TOKENS} pieces after {SEEN} (targets: 3 times as fast as transformers alone, "
          "0.8 times as fast as CTranslate2 together)")  # fmt: skip
    peers: dict[str, Writes] = {}
    try:
        theirs = _transformers(model.config)
        peers["transformers"] = theirs.write
        peers["ctranslate2"] = _ctranslate2(theirs, tmp_path)
    except ImportError as missing:
        print(f"  peer left out ({missing}): pip install -e '.[bench]'")
    random = Random(2)
    read = [[random.randrange(300, model.config.pieces) for _ in range(SEEN)] for _ in range(TOGETHER)]
    whole = greedy(model.net, _inputs(read), model.tokenizer.bos, cached=False)
    assert greedy(model.net, _inputs(read), model.tokenizer.bos) == whole
    said = {name: write(read) for name, write in peers.items()}
    assert all(len(ids) == TOKENS for found in said.values() for ids in found)
    if len(said) == 2:
        assert said["transformers"] == said["ctranslate2"]
    for count in (1, TOGETHER):
        some = read[:count]
        taken = alternate({
            "ours": lambda some=some: greedy(model.net, _inputs(some), model.tokenizer.bos),
            **{name: partial(write, some) for name, write in peers.items()},
        })  # fmt: skip
        for name, times in taken.items():
            times_as_fast = [a / b for a, b in zip(times, taken["ours"], strict=True)]
            note = f"ours is {spread(times_as_fast)} times as fast" if name != "ours" else ""
            show(f"{count} together, {name}", times, note)


def _inputs(read: Ids) -> Inputs:
    """Pieces alone: no n-grams, one segment."""
    ids = torch.tensor(read)
    zeros, true = torch.zeros_like(ids), torch.ones_like(ids, dtype=torch.bool)
    nothing = torch.zeros(0, dtype=torch.long)
    return Inputs(ids, zeros, zeros, nothing, torch.zeros(ids.numel(), dtype=torch.long), true, true)


def greedy(net: Transformer, inputs: Inputs, begin: int, *, cached: bool = True) -> Ids:
    """TOKENS pieces for each row; not `cached`: all are read anew at every step."""
    with torch.inference_mode():
        memory, cache = net.remember(inputs), None
        written = torch.full((len(inputs.ids), 1), begin)
        for _ in range(TOKENS):
            logits, cache = net.write(written[:, -1:] if cached else written, memory, cache if cached else None)
            written = torch.cat((written, logits[:, -1:].argmax(-1)), 1)
        return written[:, 1:].tolist()


@dataclass(frozen=True, slots=True)
class _Theirs:
    """An encoder-decoder of Hugging Face in our shape: norms first, one table of pieces, learnt nothing."""

    net: object

    def write(self, read: Ids) -> Ids:
        ids = torch.tensor(read)
        found = self.net.generate(input_ids=ids, attention_mask=torch.ones_like(ids))
        return found[:, 1:].tolist()


def _transformers(config: Config) -> _Theirs:
    from transformers import GenerationConfig, M2M100Config, M2M100ForConditionalGeneration

    torch.manual_seed(0)
    net = M2M100ForConditionalGeneration(M2M100Config(
        vocab_size=config.pieces, max_position_embeddings=128, d_model=config.width, activation_function="gelu",
        encoder_layers=config.encoder_layers, encoder_attention_heads=config.heads, encoder_ffn_dim=config.inner,
        decoder_layers=config.decoder_layers, decoder_attention_heads=config.heads, decoder_ffn_dim=config.inner,
    )).eval()  # fmt: skip
    net.generation_config = GenerationConfig(
        do_sample=False, use_cache=True, min_new_tokens=TOKENS, max_new_tokens=TOKENS, decoder_start_token_id=2,
        bos_token_id=0, pad_token_id=1, eos_token_id=2,
    )  # fmt: skip
    return _Theirs(net)


def _ctranslate2(theirs: _Theirs, folder: Path) -> Writes:
    """The same weights in CTranslate2, in float32."""
    import ctranslate2
    from ctranslate2.converters.transformers import M2M100Loader

    spec = M2M100Loader().get_model_spec(theirs.net)
    names = ["<s>", "<pad>", "</s>", "<unk>", *map(str, range(4, theirs.net.config.vocab_size))]
    spec.register_source_vocabulary(names)
    spec.register_target_vocabulary(names)
    spec.config.decoder_start_token = "</s>"
    spec.validate()
    spec.save(str(folder))
    translator = ctranslate2.Translator(str(folder), compute_type="float32", inter_threads=1, intra_threads=THREADS)
    places = {name: place for place, name in enumerate(names)}

    def write(read: Ids) -> Ids:
        found = translator.translate_batch([[names[piece] for piece in ids] for ids in read], beam_size=1,
                                           min_decoding_length=TOKENS, max_decoding_length=TOKENS)  # fmt: skip
        return [[places[name] for name in one.hypotheses[0]] for one in found]

    return write


# --- a fresh process -------------------------------------------------------------------------------------------------

FRESH = """
import time
began = time.perf_counter()
import torch
imported = time.perf_counter()
import asyncio, json, sys
from pathlib import Path
from bot.phrases import PHRASES
from bot.ports import WriteRequest
from model.interpreter import TransformerInterpreter, load_model
from model.serving import ModelThread
from model.writer import TransformerWriter, load_phrases
model = load_model(Path(sys.argv[1]))
loaded = time.perf_counter()
thread = ModelThread(torch_threads=int(sys.argv[2]))

async def turn():
    meaning = await TransformerInterpreter(model, thread, max_error=0.1).understand("where is my order 10042?", (), "")
    found = await TransformerWriter(model, load_phrases(PHRASES), thread).write(
        [WriteRequest("greet", frozenset({"shop"}), "en")])
    return meaning, found

meaning, found = asyncio.run(turn())
assert not meaning.failure and found[0], (meaning, found)
answered = time.perf_counter()
memory = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024
print(json.dumps([imported - began, loaded - began, answered - loaded, memory]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_fresh_process(folder: Path) -> None:
    figures = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", FRESH, str(folder), str(THREADS)],  # noqa: S603 - our own code
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        figures.append(json.loads(done.stdout))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print("\na fresh process (targets: 3 s to import and load, 700 MB, 30 MB on disk)")
    names = ("import torch, s", "import all and load, s", "first turn, s", "resident afterwards, MB")
    for name, values in zip(names, zip(*figures, strict=True), strict=True):
        show(name, values)
    print(f"  on disk: {size / 2**20:.1f} MB")
