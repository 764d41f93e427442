"""Texts as vectors: of length 1, the same alone and in a batch; no answer when the model does not come back."""

import math
import threading
from collections.abc import Sequence

import pytest
from test_model_tiny import tiny_model

from model import encoder
from model.checkpoint import Model
from model.encoder import TransformerEncoder, vectors
from model.serving import ModelThread

TEXTS = ["how much is delivery?", "运费多少钱", "", "a much longer question about sending something back " * 5]


@pytest.fixture
def model() -> Model:
    return tiny_model()


def test_vectors_have_length_one_and_do_not_hang_on_their_batch(model: Model) -> None:
    together = vectors(model, TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-5)
        assert vector == pytest.approx(vectors(model, [text])[0], abs=1e-4)


async def test_the_encoder_answers_in_order_on_the_model_thread(model: Model) -> None:
    thread = ModelThread(torch_threads=1)
    try:
        answer = await TransformerEncoder(model, thread).vectors(TEXTS)
    finally:
        thread.close()
    assert [list(vector) for vector in answer] == [pytest.approx(list(one), abs=1e-4) for one in vectors(model, TEXTS)]


async def test_a_failing_or_late_model_answers_nothing(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    thread, stuck = ModelThread(torch_threads=1), threading.Event()

    def failing(*_: object) -> Sequence[Sequence[float]]:
        raise RuntimeError("no memory")

    def waiting(*_: object) -> Sequence[Sequence[float]]:
        stuck.wait()
        return []

    try:
        monkeypatch.setattr(encoder, "vectors", failing)
        assert await TransformerEncoder(model, thread).vectors(["one"]) == []
        monkeypatch.setattr(encoder, "vectors", waiting)
        assert await TransformerEncoder(model, thread, time_limit=0.01).vectors(["one"]) == []
    finally:
        stuck.set()
        thread.close()
