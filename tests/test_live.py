"""The model of a running product: what a stuck one leads to, and how another one takes over between two turns."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer
from conftest import NOW, Talk, talking
from test_model_serving import Seconds, Stuck
from test_model_tiny import tiny_model

from bot.bootstrap import shophand
from bot.bootstrap.language import own_language
from bot.clock import ManualClock
from bot.conversation import IntentScore, Understanding, Utterance
from bot.doctor import Finding, examine
from bot.errors import ModelError
from bot.live import RETRY
from bot.messages import InboundMessage
from bot.phrases import PHRASES
from bot.ports import ActiveModel, Language, WriteRequest
from bot.script import ADDRESS
from bot.serve import serving
from bot.settings import Settings
from bot.store.database import reading, writing
from bot.store.tables import Turns
from model import checkpoint
from model.interpreter import TransformerInterpreter
from model.serving import ModelThread
from model.writer import TransformerWriter, load_phrases

# --- a model that is stuck -------------------------------------------------------------------------------------------


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    stuck = Stuck()
    yield stuck
    stuck.go.set()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def thread(seconds: Seconds, stuck: Stuck) -> Iterator[ModelThread]:
    thread = ModelThread(torch_threads=1, gather=0.0, monotonic=seconds)
    yield thread
    stuck.go.set()
    thread.close()


@pytest.fixture
def language(thread: ModelThread) -> Language:
    """Our interpreter and writer, with time limits that do not keep a test waiting."""
    model = tiny_model()
    interpreter = TransformerInterpreter(model, thread, max_error=0.05, time_limit=0.02)
    writer = TransformerWriter(model, load_phrases(PHRASES), thread, time_limit=0.02)
    return Language(interpreter, writer, problem=thread.problem, model=model.hash)


async def test_what_waits_for_a_stuck_model_goes_to_a_person(
    home: Path, language: Language, stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.interpreter.understand", lambda _model, rows: stuck(rows))
    async with talking(home, language) as talk:
        for name in ("one", "two"):  # the call that does not come back, and what waits behind it
            await say(talk, name, chat=name)
        await asyncio.gather(*(talk.product.dispatcher.drain(conversation(name)) for name in ("one", "two")))
        assert await heard(talk) == [("tiny", "timeout")] * 2
        assert [view.reason for view in await talk.product.desk.handoffs()] == ["model_failure"] * 2
        assert all(reply.text for reply in talk.chat.channel.replies)
        assert len(talk.chat.channel.replies) == 2


async def test_a_shopper_of_a_stuck_model_hears_of_the_person(
    home: Path, language: Language, thread: ModelThread, stuck: Stuck, seconds: Seconds
) -> None:
    await stuck.running(thread)
    seconds.now += 10
    async with talking(home, language) as talk:
        [said, *desk] = await talk.chat.line('{"text": "where is my order 10042?"}')
    assert ("handoff/model_failure" in said["acts"], said["handoff"]["status"]) == (True, "waiting")
    assert [line["to"] for line in desk] == ["staff"]


async def test_the_health_route_says_that_the_model_is_stuck_and_that_it_is_back(
    home: Path, language: Language, thread: ModelThread, stuck: Stuck, seconds: Seconds
) -> None:
    async with talking(home, language) as talk, TestClient(TestServer(talk.product.web_app())) as client:
        call = await stuck.running(thread)
        assert await health(client) == (200, {"ok": True, "model": "tiny", "reason": ""})
        seconds.now += 12
        reason = "the model has been silent for 12 s (requests waiting: 0)"
        assert await health(client) == (503, {"ok": False, "model": "tiny", "reason": reason})
        stuck.go.set()
        await call
        assert (await health(client))[0] == 200


async def test_the_health_route_says_that_the_store_is_away_and_keeps_its_secrets(home: Path) -> None:
    async with talking(home, spoken("a")) as talk, TestClient(TestServer(talk.product.web_app())) as client:
        async with writing(talk.product.engine) as connection:
            await connection.execute(sa.text("DROP TABLE active_model"))
        reason = "the store cannot be read: OperationalError"
        assert await health(client) == (503, {"ok": False, "model": "a", "reason": reason})
        async with client.get("/health") as response:
            assert (response.headers["Cache-Control"], response.headers["X-Frame-Options"]) == ("no-store", "DENY")


async def health(client: TestClient) -> tuple[int, dict[str, Any]]:
    async with client.get("/health") as response:
        return response.status, await response.json()


async def test_doctor_asks_the_server_that_runs(
    home: Path, folders: list[Path], language: Language, thread: ModelThread, stuck: Stuck, seconds: Seconds
) -> None:
    async with talking(home, language) as talk, serving(talk.product, "127.0.0.1", 0) as port:
        settings = Settings(home=home, model=folders[0], port=port)
        assert await server(settings) == Finding("server", True, f"127.0.0.1:{port}: all is well")
        await stuck.running(thread)
        seconds.now += 11
        found = await server(settings)
        assert (found.fine, "silent for 11 s" in found.says) == (False, True)
    assert await server(settings) == Finding("server", True, f"none runs on 127.0.0.1:{port}")


async def server(settings: Settings) -> Finding:
    return (await findings(settings))["server"]


async def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.part: finding for finding in await examine(settings, ManualClock(NOW), None)}


# --- another model takes over ----------------------------------------------------------------------------------------


class Voice:
    """A model of no weights: it notes what it is asked, and waits in `hold` while it reads."""

    free_words = False

    def __init__(self, name: str, asked: list[str]) -> None:
        self._name, self._asked = name, asked
        self.reads, self.hold = asyncio.Event(), asyncio.Event()
        self.hold.set()

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        self._asked.append(f"{self._name} reads")
        self.reads.set()
        await self.hold.wait()
        return Understanding(text, (IntentScore("greeting", 0.99),), (), "en", 0.99, 0.5, self._name)

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        self._asked.append(f"{self._name} writes")
        return [[] for _ in requests]


def spoken(name: str, asked: list[str] | None = None, missing: Sequence[str] = ()) -> Language:
    """A language that switches to a voice named like the chosen hash; what is `missing` cannot be loaded."""
    asked = [] if asked is None else asked

    def switch(chosen: ActiveModel | None) -> Language:
        if chosen and chosen.hash in missing:
            raise ModelError(f"{chosen.folder} is gone")
        return replace(of(chosen.hash if chosen else name), chosen=chosen)

    def of(name: str) -> Language:
        voice = Voice(name, asked)
        return Language(voice, voice, model=name, switch=switch)

    return of(name)


async def say(talk: Talk, source_id: str, chat: str = "script") -> None:
    place = replace(ADDRESS, chat=chat, user=chat)
    await talk.product.assistant.receive(InboundMessage(source_id, place, NOW, text="hello"))


def conversation(chat: str) -> str:
    return replace(ADDRESS, chat=chat, user=chat).conversation_id


async def heard(talk: Talk) -> list[tuple[str, str]]:
    """Model and failure of every turn, oldest first."""
    turns = Turns.__table__
    async with reading(talk.product.engine) as connection:
        rows = await connection.execute(sa.select(turns.c.record).where(turns.c.speaker == "user").order_by(turns.c.id))
        return [(record["model"], record["failure"]) for record in rows.scalars()]


async def test_the_next_turn_reads_and_writes_on_the_chosen_model(home: Path) -> None:
    asked: list[str] = []
    async with talking(home, spoken("a", asked)) as talk:
        await talk.chat.line('{"text": "hello"}')
        await talk.product.models.use(Path("b"), "b")
        await talk.chat.line('{"text": "hello"}')
        await talk.product.models.use_default()
        await talk.chat.line('{"text": "hello"}')
    assert asked == ["a reads", "a writes", "b reads", "b writes", "a reads", "a writes"]


async def test_a_turn_in_flight_ends_on_the_model_it_began_with(home: Path) -> None:
    asked: list[str] = []
    first = spoken("a", asked)
    first.interpreter.hold.clear()  # type: ignore[attr-defined]
    async with talking(home, first) as talk:
        await say(talk, "u1")
        flying = asyncio.create_task(talk.product.dispatcher.drain())
        await first.interpreter.reads.wait()  # type: ignore[attr-defined]
        await talk.product.models.use(Path("b"), "b")
        await say(talk, "u2", chat="other")
        await talk.product.dispatcher.drain(conversation("other"))
        assert asked == ["a reads", "b reads", "b writes"]
        first.interpreter.hold.set()  # type: ignore[attr-defined]
        await flying
    assert asked == ["a reads", "b reads", "b writes", "a writes"]


async def test_turns_that_begin_while_a_model_is_loaded_wait_for_it_and_it_is_loaded_once(home: Path) -> None:
    asked: list[str] = []
    loading, loaded, loads = threading.Event(), threading.Event(), []
    first = spoken("a", asked)

    def slowly(chosen: ActiveModel | None) -> Language:
        loads.append(chosen)
        loading.set()
        assert loaded.wait(5)
        return first.switch(chosen)  # type: ignore[misc]

    async with talking(home, replace(first, switch=slowly)) as talk:
        await talk.product.models.use(Path("b"), "b")
        turns = []
        for name in ("one", "two"):
            await say(talk, name, chat=name)
            turns.append(asyncio.create_task(talk.product.dispatcher.drain(conversation(name))))
        assert await asyncio.to_thread(loading.wait, 5)
        assert asked == []
        loaded.set()
        await asyncio.gather(*turns)
    assert (len(loads), sorted(asked)) == (1, ["b reads", "b reads", "b writes", "b writes"])


async def test_a_model_that_is_gone_changes_nothing_is_logged_once_and_tried_again_later(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = ["b"]
    async with talking(home, spoken("a", missing=missing)) as talk:
        await talk.product.models.use(Path("b"), "b")
        for _ in range(2):
            await talk.chat.line('{"text": "hello"}')
        [logged] = [record.getMessage() for record in caplog.records if record.name == "bot.live"]
        assert ("a goes on" in logged, "/b is gone" in logged) == (True, True)
        missing.clear()
        await talk.chat.line('{"text": "hello"}')
        talk.clock.advance(RETRY - timedelta(seconds=1))
        await talk.chat.line('{"text": "hello"}')
        talk.clock.advance(timedelta(seconds=1))
        await talk.chat.line('{"text": "hello"}')
        assert [model for model, _ in await heard(talk)] == ["a", "a", "a", "a", "b"]


# --- with weights on disk --------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Two small models."""
    made = []
    for seed in (0, 1):
        model = tiny_model(seed)
        made.append(tmp_path / f"model-{seed}")
        checkpoint.save(made[-1], model.net, model.tokenizer, model.calibration)
    return made


@asynccontextmanager
async def weighty(home: Path, folder: Path) -> AsyncIterator[Talk]:
    """The product with SHOPHAND_MODEL=folder."""
    settings = Settings(home=home, model=folder)

    def ours(_settings: Settings, max_error: float, chosen: ActiveModel | None) -> Language:
        opened.append(own_language(settings, max_error, chosen))
        return opened[-1]

    opened: list[Language] = []
    try:
        async with talking(home, spoken("unused"), language=ours) as talk:
            yield talk
    finally:
        for language in opened:
            language.close()


async def models(talk: Talk) -> list[str]:
    return [model for model, _ in await heard(talk)]


async def test_weights_are_swapped_without_a_restart_for_reading_and_writing(home: Path, folders: list[Path]) -> None:
    first, second = map(checkpoint.content_hash, folders)
    async with weighty(home, folders[0]) as talk:
        await talk.chat.line('{"text": "hello"}')
        await talk.product.models.use(folders[1], second)
        await talk.chat.line('{"text": "hello"}')
        language = talk.product.live.language
        assert language.interpreter._model is language.writer._model  # type: ignore[attr-defined]
        assert await models(talk) == [first, second]
        assert {failure for _, failure in await heard(talk)} == {""}
    async with weighty(home, folders[0]) as talk:  # and a restart begins with the chosen one
        assert talk.product.live.language.model == second


@pytest.mark.parametrize("harm", ["vanished", "damaged", "changed"])
async def test_a_folder_that_cannot_be_used_keeps_the_model_before_it(
    home: Path, folders: list[Path], harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = map(checkpoint.content_hash, folders)
    async with weighty(home, folders[0]) as talk:
        await talk.product.models.use(folders[1], second)
        if harm == "vanished":
            shutil.rmtree(folders[1])
        elif harm == "damaged":
            (folders[1] / checkpoint.WEIGHTS).write_bytes(b"nonsense")
        else:
            shutil.copytree(folders[0], folders[1], dirs_exist_ok=True)
        await talk.chat.line('{"text": "hello"}')
        assert await models(talk) == [first]
    says = {"vanished": "is missing", "damaged": "is damaged", "changed": f"holds model {first} and not {second}"}
    assert says[harm] in caplog.text
    async with weighty(home, folders[0]) as talk:  # a restart keeps no shop closed
        assert talk.product.live.language.model == first
    found = (await findings(Settings(home=home, model=folders[0], port=0)))["model"]
    assert (found.fine, says[harm] in found.says, first in found.says) == (False, True, True)


async def test_doctor_names_the_model_that_answers(home: Path, folders: list[Path]) -> None:
    first, second = map(checkpoint.content_hash, folders)
    settings = Settings(home=home, model=folders[0], port=0)
    assert (await findings(settings))["model"] == Finding("model", True, f"{first} from {folders[0]}")
    async with weighty(home, folders[0]) as talk:
        await talk.product.models.use(folders[1], second)
    assert (await findings(settings))["model"] == Finding("model", True, f"{second} from {folders[1]}")


async def test_doctor_says_that_a_model_does_not_answer(
    home: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr("model.interpreter.understand", broken)
    found = (await findings(Settings(home=home, model=folders[0], port=0)))["model"]
    assert (found.fine, found.says.endswith("does not answer: error")) == (False, True)


async def test_settings_that_name_no_model_are_an_error_when_none_is_chosen(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        async with shophand(
            Settings(home=home, model=tmp_path / "nothing"), clock=ManualClock(NOW), make_adapters=lambda *_: []
        ):
            pass
