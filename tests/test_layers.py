"""Who may import whom: the walls of the design, read from the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SDKS = {"slack_bolt", "slack_sdk", "telegram"}
# Inner to outer: a module imports its own ring and those before it. A new module of bot is put into its ring here.
RINGS = (
    {"errors", "messages", "clock", "units", "attributes", "wording", "numerals", "wants", "tax_ids", "reasons",
     "durations", "roles", "linking", "routing"},
    {"facts", "conversation", "consent", "codes", "days", "links", "causes", "opening",
     "leases", "promises", "opt_in", "budget", "keys"},
    {"ports", "office", "commerce", "settings", "understand"},
    {"skill", "meaning", "slots", "answers", "talk", "alarms", "cues", "shopping", "decision", "turn", "delivery",
     "measures", "sizing", "extents", "advice", "triage", "deadlines", "parts"},
    {"flows", "policy"},
    {"skills"},
    {"desk_posts", "summary", "handoff", "approval", "background", "deeds", "leaving", "idle", "waiting", "snooze",
     "rating",
     "speech", "identity", "fulfilment", "transcript", "notifier", "canned", "suggestion", "underway", "hearing",
     "briefing", "results", "verdicts", "staff_turn", "timer_turn", "relay", "dialogue"},
    {"worker", "live", "assistant", "script"},
    {"bootstrap"},
    {"serve", "doctor"},
    {"cli"},
)
RING = {name: place for place, ring in enumerate(RINGS) for name in ring}
ROOTS = {"bootstrap", "serve", "doctor", "cli"}  # they choose implementations
IMPLEMENTATIONS = {"store", "dispatch", "phrases", "shop"}
PURE = (
    "wording", "units", "attributes", "numerals", "wants", "days", "delivery", "facts", "consent", "codes", "cues",
    "links", "causes", "promises", "opt_in", "budget", "measures", "sizing", "extents", "advice", "shopping", "slots",
    "answers", "talk", "alarms", "parts",
    "conversation", "decision", "flows", "policy", "desk_posts", "summary", "handoff", "opening", "waiting", "triage",
    "deadlines", "snooze", "rating", "roles", "linking", "approval", "leaving", "idle", "routing", "background",
)  # fmt: skip


def imports(path: Path) -> Iterator[str]:
    """Every module a file names, also inside functions: "bot.facts" for both ways of importing it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            if node.module in ("bot", "adapters", "model"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


def files(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, package
    return found


def part(path: Path) -> str:
    """The first name below the package: "store" for bot/store/inbox.py, "flows" for bot/flows.py."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def edges(package: str) -> Iterator[tuple[Path, str, str, str]]:
    """(file, its part, top-level package imported, the part of it) of a package's files."""
    for path in files(package):
        for name in imports(path):
            top, _, rest = name.partition(".")
            yield path, part(path), top, rest.partition(".")[0]


def of_bot() -> Iterator[tuple[Path, str, str]]:
    yield from ((path, own, other) for path, own, top, other in edges("bot") if top == "bot" and other)


def test_every_module_of_bot_has_its_ring() -> None:
    assert {part(path) for path in files("bot")} - {"__init__"} == RING.keys() | IMPLEMENTATIONS


def test_rings_of_bot_import_inwards_only() -> None:
    outwards = [
        f"{path.relative_to(ROOT)} imports {other}" for path, own, other in of_bot()
        if own in RING and other in RING and RING[other] > RING[own]
    ]  # fmt: skip
    assert not outwards


def test_modules_of_bot_import_in_no_circle() -> None:
    below: dict[str, set[str]] = {}
    for _, own, other in of_bot():
        if own in RING and own != other:
            below.setdefault(own, set()).add(other)
    order: list[str] = []
    while ready := [name for name in RING if name not in order and below.get(name, set()) & RING.keys() <= set(order)]:
        order += ready
    assert set(order) == RING.keys()


def test_implementations_are_chosen_by_the_composition_root_only() -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {other}" for path, own, other in of_bot()
        if other in IMPLEMENTATIONS and own not in IMPLEMENTATIONS | ROOTS
    ]  # fmt: skip
    assert not strangers


def test_implementations_know_nothing_of_the_dialogue() -> None:
    dialogue = {"policy", "flows", "dialogue", "skills", "skill", "decision", "handoff", "speech", "fulfilment",
                "underway", "hearing", "briefing", "results", "verdicts", "staff_turn", "timer_turn",
                "relay"}  # fmt: skip
    strangers = [
        f"{path.relative_to(ROOT)} imports {other}" for path, own, other in of_bot()
        if own in IMPLEMENTATIONS and (other in dialogue | ROOTS or (other == "worker" and own != "dispatch"))
    ]  # fmt: skip
    assert not strangers


def test_bot_knows_no_platform_no_adapter_and_no_model() -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {top}" for path, own, top, _ in edges("bot")
        if top in SDKS or (top in ("adapters", "model", "torch") and own not in ("bootstrap", "cli"))
    ]  # fmt: skip
    assert not strangers


def test_adapters_know_messages_errors_and_the_ports_of_bot_office_among_them_and_never_one_another() -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {top}.{other}" for path, own, top, other in edges("adapters")
        if top == "model"
        or (top == "bot" and other not in ("messages", "errors", "ports", "office"))
        or (top == "adapters" and other != own)
    ]  # fmt: skip
    assert not strangers


@pytest.mark.parametrize(
    ("sdk", "adapter"), [("slack_bolt", "slack"), ("slack_sdk", "slack"), ("telegram", "telegram")]
)
def test_a_platforms_sdk_is_used_by_its_adapter_alone(sdk: str, adapter: str) -> None:
    assert {own for package in ("bot", "adapters", "model") for _, own, top, _ in edges(package) if top == sdk} == {
        adapter
    }


def test_of_the_model_only_interpreter_and_writer_know_bot() -> None:
    assert {own for _, own, top, _ in edges("model") if top == "bot"} == {"interpreter", "writer"}
    assert not [own for _, own, top, _ in edges("model") if top == "adapters"]


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_neither_wait_nor_touch_the_world(name: str) -> None:
    world = {"asyncio", "os", "pathlib", "time", "random", "secrets", "socket", "logging", "sqlalchemy", "aiohttp"}
    own = [path for path in files("bot") if part(path) == name]
    waits = [
        node for path in own for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]  # fmt: skip
    assert own
    assert not waits
    assert not world & {module.partition(".")[0] for path in own for module in imports(path)}


def test_importing_the_core_loads_no_heavy_library_and_starts_no_thread() -> None:
    code = """
import sys, threading, bot, bot.dialogue, bot.worker, bot.skills, bot.policy, bot.store.inbox, bot.shop.sql
heavy = {"torch", "aiohttp", "slack_bolt", "slack_sdk", "telegram", "adapters", "model"}
print(sorted(heavy & sys.modules.keys()), threading.active_count())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    assert done.stdout.strip() == "[] 1"
