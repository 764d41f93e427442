"""The command-line contract, run as a user would: arguments in, lines and exit codes out."""

import asyncio
import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from store_rig import START, open_rig, opening, reply
from test_model_tiny import tiny_model

from bot import cli
from bot.cli.progress import watched
from bot.clock import SystemClock
from bot.errors import BadInput
from bot.messages import Address, DeskPost
from bot.ports import Clock
from bot.script import ADDRESS
from bot.serve import only_one
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.staff import StaffStore
from bot.store.tables import Inbox, Outbox, Timers
from bot.turn import Sending, TimerChange
from bot.understand import Asked, answers
from model import checkpoint, commands

NOW = "2026-03-04T10:00:00+00:00"
EMMA = "emma.clarke@example.com"
KEYS = {"turn", "to", "reply", "buttons", "acts", "intent", "confidence", "handoff"}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPHAND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def shophand(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def run(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["shophand", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        code = 0
        try:
            cli.main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def script(*steps: dict[str, Any]) -> str:
    return "\n".join(json.dumps(step, ensure_ascii=False) for step in steps) + "\n"


def test_a_script_prints_one_json_line_per_reply(shophand) -> None:
    ran = shophand(
        "chat", "--script", "-", "--as", EMMA, "--now", NOW,
        stdin=script({"text": "please cancel order 10043"}, {"button": 1}, {"advance": "PT1M"}),
    )  # fmt: skip
    assert ran.code == 0
    confirm, done, nothing = ran.lines
    assert all(line.keys() == KEYS for line in ran.lines)
    assert ("confirm:cancel_order" in confirm["acts"], confirm["turn"], len(confirm["buttons"])) == (True, 1, 2)
    assert (done["acts"], done["turn"]) == (["done:cancel_order"], 2)
    assert (nothing["reply"], nothing["turn"]) == (None, 3)


def test_staff_lines_say_so_and_the_handoff_is_named(shophand) -> None:
    ran = shophand(
        "chat", "--script", "-", "--now", NOW,
        stdin=script({"text": "I want to talk to a human"}, {"staff": "Sam here"}, {"staff_do": "back"}),
    )  # fmt: skip
    assert ran.code == 0
    first = ran.lines[0]
    assert first["handoff"].keys() == {"id", "reason", "summary", "status"}
    assert {line["to"] for line in ran.lines if line["turn"] == 1} == {"shopper", "staff"}
    assert any(line["reply"] == "Sam here" for line in ran.lines if line["turn"] == 2)
    assert ran.lines[-1]["handoff"] is None


@pytest.mark.parametrize(
    "bad",
    [
        "not json", "[]", '{"text": "a", "file": "b"}', '{"shout": "a"}', '{"text": 3}', '{"button": 1}',
        '{"file": "no-such-file"}',
        '{"staff": "hello"}', '{"staff_do": "dance"}', '{"staff_do": "approve"}', '{"advance": "soon"}',
        '{"advance": "P999999999999D"}', '{"advance": "P999999999D"}', '{"button": true}', '{"text": "\\ud83d"}',
        f'{{"button": {"9" * 5_000}}}', '{"file": "' + "a" * 5_000 + '"}',
    ],
)  # fmt: skip
def test_a_bad_line_ends_with_exit_code_2_and_its_number(shophand, bad: str) -> None:
    ran = shophand("chat", "--script", "-", "--now", NOW, stdin='{"advance": "PT1S"}\n' + bad + "\n")
    assert (ran.code, "line 2" in ran.err) == (2, True)


@pytest.mark.parametrize("bad", [b'{"text": "\xff"}', b'{"text": ' + b"[" * 100_000])
def test_a_line_of_a_file_that_no_text_or_json_can_be_read_from_is_named(shophand, tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "turns").write_bytes(b'{"advance": "PT1S"}\n' + bad + b"\n")
    ran = shophand("chat", "--script", str(tmp_path / "turns"), "--now", NOW)
    assert (ran.code, "line 2" in ran.err) == (2, True)


def test_an_unknown_customer_is_said_so(shophand) -> None:
    ran = shophand("chat", "--script", "-", "--as", "nobody@example.com", stdin="")
    assert (ran.code, "nobody@example.com" in ran.err) == (2, True)


def test_a_store_given_with_db_keeps_what_happened(shophand, tmp_path: Path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/kept.db"
    steps = script({"text": "please cancel order 10043"}, {"text": "yes"})
    shophand("chat", "--script", "-", "--as", EMMA, "--db", db, "--now", NOW, stdin=steps)
    ran = shophand("shop", "show", "order", "10043", "--json", "--db", db)
    [order] = ran.lines
    assert (order["state"], len(order["refunds"])) == ("cancelled", 1)
    assert {"lines", "parcels", "payments", "returns", "refunds", "history"} <= order.keys()


def test_a_second_script_on_the_same_store_goes_on_where_the_first_ended(shophand, tmp_path: Path) -> None:
    same = ("chat", "--script", "-", "--as", EMMA, "--db", f"sqlite+aiosqlite:///{tmp_path}/kept.db", "--now", NOW)
    shophand(*same, stdin=script({"text": "please cancel order 10043"}))
    [done] = shophand(*same, stdin=script({"text": "yes"})).lines
    assert (done["acts"], done["turn"]) == (["done:cancel_order"], 1)


def test_a_store_given_with_db_is_served_by_the_shop_of_the_home(shophand, tmp_path: Path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/kept.db"
    shophand("migrate", "--db", db)
    shophand("shop", "export", str(tmp_path / "shop"), "--db", db)
    text = tmp_path / "shop" / "knowledge" / "en" / "return_policy.md"
    text.write_text(text.read_text().replace("30 days", "777 days"))
    assert shophand("shop", "import", str(tmp_path / "shop"), "--db", db).code == 0
    asked = script({"text": "what is your return policy?"})
    [ours] = shophand("chat", "--script", "-", "--db", db, stdin=asked).lines
    [sample] = shophand("chat", "--script", "-", stdin=asked).lines
    assert ("777 days" in ours["reply"], "777 days" in sample["reply"]) == (True, False)


def test_a_store_that_a_running_process_works_on_is_refused(shophand, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", database_url=f"sqlite+aiosqlite:///{tmp_path}/kept.db")
    with only_one(settings):
        ran = shophand("chat", "--script", "-", "--db", settings.database, stdin=script({"text": "hi"}))
    assert (ran.code, ran.out, settings.database in ran.err) == (1, "", True)


def test_what_waits_on_other_channels_is_left_to_the_process_that_has_them(shophand, tmp_path: Path) -> None:
    shopper = Address("telegram", "bot", "7", user="7")
    card = Sending("opened", DeskPost("h1", "opened", "help"), desk="slack", handoff_id="h1")
    wait = TimerChange("wait", "h1", START)
    mine = ADDRESS.conversation_id

    async def prepare() -> None:
        async with open_rig(tmp_path) as rig:
            await rig.turn("t1", reply("one moment"), card, address=shopper, handoffs=(opening(),), timers=(wait,))
            await rig.hear("t2", address=shopper)

    async def left() -> tuple[list[str], list[str], list[bool]]:
        async with open_rig(tmp_path) as rig:
            sent = [row.state for row in await rig.rows(Outbox) if row.conversation_id != mine]
            timers = [row.kind for row in await rig.rows(Timers) if row.conversation_id != mine]
            return sent, timers, [row.done for row in await rig.rows(Inbox) if row.conversation_id != mine]

    db = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    shophand("migrate", "--db", db)
    asyncio.run(prepare())
    steps = script({"text": "hi"}, {"advance": "P30D"})
    ran = shophand("chat", "--script", "-", "--db", db, "--now", START.isoformat(), stdin=steps)
    assert "greet" in ran.lines[0]["acts"]
    assert asyncio.run(left()) == (["waiting", "waiting"], ["wait"], [True, False])


def test_run_starts_its_clock_at_now_and_lets_it_tick(shophand, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Clock] = []

    def wired(settings: Settings, *, clock: Clock, **rest: Any) -> None:
        given.append(clock)
        raise BadInput("enough seen")

    monkeypatch.setattr(cli.running, "shophand", wired)
    shophand("run", "--now", NOW)
    [clock] = given
    before = clock.now()
    assert before.isoformat() >= NOW and clock.now() > before


def test_a_basket_filled_in_a_chat_is_shown_by_the_token_in_its_link(shophand, tmp_path: Path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/kept.db"
    steps = script({"text": "please order the linen shirt in white, size M"})
    [said] = shophand("chat", "--script", "-", "--db", db, "--now", NOW, stdin=steps).lines
    token = said["reply"].rpartition("/basket/")[2].split()[0]
    [basket] = shophand("shop", "show", "basket", token, "--json", "--db", db, "--now", NOW).lines
    assert [(line["sku"], line["quantity"], line["price"]["minor"]) for line in basket["lines"]] == [
        ("CL01-WHIT-M", 1, 4900)
    ]  # fmt: skip
    ran = shophand("shop", "show", "basket", "nobody", "--db", db)
    assert (ran.code, "no basket nobody" in ran.err) == (2, True)


def test_an_order_that_is_not_there(shophand) -> None:
    ran = shophand("shop", "show", "order", "777")
    assert (ran.code, "777" in ran.err) == (2, True)


def test_a_shop_goes_out_and_comes_in_again(shophand, tmp_path: Path) -> None:
    assert shophand("--now", NOW, "shop", "export", str(tmp_path / "out")).code == 0
    other = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    assert shophand("shop", "import", str(tmp_path / "out"), "--db", other).code == 0
    [before] = shophand("shop", "show", "order", "10044", "--json").lines
    [after] = shophand("shop", "show", "order", "10044", "--json", "--db", other).lines
    assert before == after


def test_a_shop_goes_out_as_tables_and_comes_in_again(shophand, tmp_path: Path) -> None:
    [counts] = shophand("--now", NOW, "shop", "export", str(tmp_path / "out"), "--format", "csv", "--json").lines
    assert counts["orders"] == 300 and (tmp_path / "out" / "scans.csv").is_file()
    other = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    ran = shophand("shop", "import", str(tmp_path / "out"), "--db", other, "--now", NOW)
    assert "126 products (126 new or changed), 60 customers" in " ".join(ran.out.split()) and not ran.err
    [again] = shophand("shop", "import", str(tmp_path / "out"), "--db", other, "--now", NOW, "--json").lines
    assert (again["read"]["orders"], set(again["changed"].values()), again["overruled"]) == (300, {0}, [])


def test_progress_is_shown_on_a_terminal_alone() -> None:
    for terminal in (True, False):
        file = io.StringIO()
        with watched(Console(file=file, force_terminal=terminal, width=100)) as progress:
            progress("writing products", 250, 1000)
        assert ("writing products" in file.getvalue(), "250/1000" in file.getvalue()) == (terminal, terminal)


def test_a_shop_with_a_bad_row_is_refused_with_file_and_line(shophand, tmp_path: Path) -> None:
    shophand("shop", "export", str(tmp_path / "out"))
    with (tmp_path / "out" / "orders.jsonl").open("a") as file:
        file.write('{"number": 5}\n')
    ran = shophand("shop", "import", str(tmp_path / "out"), "--db", f"sqlite+aiosqlite:///{tmp_path}/other.db")
    assert (ran.code, "orders.jsonl:301" in ran.err) == (2, True)


def test_wrong_settings_are_reported_together(shophand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPHAND_PROT", "1")
    monkeypatch.setenv("SHOPHAND_WAIT_MINUTES", "soon")
    ran = shophand("migrate")
    assert (ran.code, "SHOPHAND_PORT" in ran.err, "SHOPHAND_WAIT_MINUTES" in ran.err) == (2, True, True)


def test_doctor_names_every_part(shophand) -> None:
    ran = shophand("doctor", "--json")
    [found] = ran.lines
    assert {finding["part"] for finding in found} >= {"store", "shop", "model", "web", "mail", "telegram", "slack"}
    assert (ran.code, all(finding["fine"] for finding in found)) == (0, True)


def test_doctor_says_when_nobody_is_linked_at_a_desk(shophand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPHAND_TELEGRAM_TOKEN", "1:a")
    monkeypatch.setenv("SHOPHAND_TELEGRAM_API", "http://127.0.0.1:9")
    monkeypatch.setenv("SHOPHAND_TELEGRAM_STAFF_GROUP", "-1001")
    ran = shophand("doctor", "--json")
    [found] = ran.lines
    said = [finding["says"] for finding in found if finding["part"] == "telegram" and not finding["fine"]]
    assert ran.code == 1 and any("nobody is linked to a staff account" in words for words in said)
    assert not [finding for finding in found if finding["part"] == "slack" and not finding["fine"]]


def test_staff_password_opens_an_account_and_opens_it_again(shophand, tmp_path: Path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/store.db"

    async def opens(password: str) -> bool:
        engine = open_database(db)
        try:
            return await StaffStore(engine, SystemClock()).sign_in("bob", password, "127.0.0.1") is not None
        finally:
            await engine.dispose()

    [first] = shophand("staff", "password", "bob", "--db", db, "--json").lines
    assert asyncio.run(opens(first["password"]))
    said = shophand("--db", db, "staff", "password", "bob")
    again = said.out.split()[2]
    assert (said.code, said.out.startswith("bob / ")) == (0, True)
    assert [asyncio.run(opens(password)) for password in (first["password"], again)] == [False, True]


def test_staff_password_gives_a_role_and_keeps_an_admin(shophand, tmp_path: Path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/store.db"

    async def roles() -> dict[str, str]:
        engine = open_database(db)
        try:
            return {account.staff: account.role.value for account in await StaffStore(engine, SystemClock()).accounts()}
        finally:
            await engine.dispose()

    shophand("staff", "password", "bob", "--db", db)
    shophand("staff", "password", "cleo", "--role", "lead", "--db", db)
    refused = shophand("staff", "password", "bob", "--role", "agent", "--db", db)
    assert (refused.code, "last admin" in refused.err) == (2, True)
    assert asyncio.run(roles()) == {"bob": "admin", "cleo": "lead"}


def test_staff_password_refuses_a_name_that_nobody_could_type(shophand) -> None:
    ran = shophand("staff", "password", " ")
    assert (ran.code, "no name" in ran.err) == (2, True)


# --- modes of the writes ---------------------------------------------------------------------------------------------


@pytest.fixture
def modes(shophand, seeded: Path, tmp_path: Path):
    """`shophand shop modes …` on a home with the sample shop."""
    shutil.copytree(seeded, tmp_path / "home")
    return lambda *arguments: shophand("shop", "modes", *arguments)


def cell(ran: Ran, market: str, verb: str) -> dict[str, Any]:
    [shown] = ran.lines
    return next(one for one in shown["modes"] if (one["market"], one["verb"]) == (market, verb))


def test_modes_are_shown_with_where_they_come_from(modes) -> None:
    [shown] = modes("show", "--json").lines
    assert (shown["stopped"], shown["changes"]) == (None, [])
    assert {(one["mode"], one["source"]) for one in shown["modes"]} == {("automatic", "policy")}
    assert {one["market"] for one in shown["modes"]} == {"uk", "eu", "cn"}
    assert "cancel" in modes().out and "automatic (policy)" in modes("show").out


def test_a_mode_is_set_and_taken_away_again(modes) -> None:
    ran = modes("set", "uk", "cancel", "off", "--by", "anna", "--now", NOW, "--json")
    assert cell(ran, "uk", "cancel") == {
        "market": "uk", "verb": "cancel", "mode": "off", "source": "staff", "policy": "automatic", "staff": "anna",
        "at": NOW,
    }  # fmt: skip
    assert cell(ran, "cn", "cancel")["source"] == "policy"
    change = {"market": "uk", "verb": "cancel", "before": "", "after": "off", "staff": "anna", "at": NOW}
    assert ran.lines[0]["changes"] == [change]
    assert "off (anna)" in modes("show").out
    back = modes("set", "uk", "cancel", "policy", "--json")
    assert cell(back, "uk", "cancel")["source"] == "policy"
    assert [one["staff"] for one in back.lines[0]["changes"]] == ["command line", "anna"]


def test_all_verbs_of_a_market_are_set_at_once(modes) -> None:
    [shown] = modes("set", "eu", "all", "approval", "--json").lines
    assert {one["mode"] for one in shown["modes"] if one["market"] == "eu"} == {"approval"}
    assert {one["mode"] for one in shown["modes"] if one["market"] != "eu"} == {"automatic"}


def test_the_switch_from_the_command_line(modes) -> None:
    stopped = modes("stop", "--by", "anna", "--now", NOW, "--json")
    assert stopped.lines[0]["stopped"] == {"staff": "anna", "at": NOW}
    assert "stopped by anna" in modes().out
    assert modes("resume", "--json").lines[0]["stopped"] is None
    assert "running" in modes().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("us", "cancel", "off"), "'us' is no market; there are uk, eu, cn"),
        (("uk", "cancle", "off"), "'cancle' is no write; there are cancel"),
        (("uk", "cancel", "maybe"), "'maybe' is no mode; known: off, approval, automatic, policy"),
    ],
)
def test_a_wrong_market_verb_or_mode_is_said_and_nothing_changes(modes, arguments: tuple[str, ...], says: str) -> None:
    ran = modes("set", *arguments)
    assert (ran.code, ran.out, says in ran.err) == (2, "", True)
    assert modes("show", "--json").lines[0]["changes"] == []


def test_a_mode_set_at_the_command_line_holds_in_the_chat(modes, shophand, tmp_path: Path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/home/shophand.db"
    modes("set", "uk", "cancel", "approval")
    steps = script({"text": "please cancel order 10043"}, {"button": 1})
    acts = [act for line in shophand("chat", "--script", "-", "--as", EMMA, "--db", db, "--now", NOW, stdin=steps).lines
            for act in line["acts"]]  # fmt: skip
    assert ("pending:cancel_order/approval" in acts, "done:cancel_order" in acts) == (True, False)


def test_a_mode_for_what_is_no_verb_is_found_at_the_start_and_at_an_import(modes, shophand, tmp_path: Path) -> None:
    policy = tmp_path / "home" / "policy.toml"
    shophand("shop", "export", str(tmp_path / "out"))
    policy.write_text(policy.read_text().replace('modes = { all = "automatic" }', 'modes = { cancl = "off" }', 1))
    says = "policy.toml: markets.uk.modes.cancl: not a setting; did you mean 'cancel'? known: all, cancel"
    assert (modes().code, says in modes().err) == (2, True)
    shutil.copy(policy, tmp_path / "out" / "policy.toml")
    ran = shophand("shop", "import", str(tmp_path / "out"), "--db", f"sqlite+aiosqlite:///{tmp_path}/other.db")
    assert (ran.code, says in ran.err.replace("\n", " ")) == (2, True)


# --- the active model ------------------------------------------------------------------------------------------------


@pytest.fixture
def two_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two small models; the settings name the first one."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for seed, folder in enumerate(folders):
        model = tiny_model(seed)
        checkpoint.save(folder, model.net, model.tokenizer, model.calibration)
    monkeypatch.setenv("SHOPHAND_MODEL", str(folders[0]))
    return folders


def test_a_model_is_chosen_shown_and_given_up_again(shophand, two_models: list[Path]) -> None:
    first, second = map(checkpoint.content_hash, two_models)
    default = {"folder": str(two_models[0]), "hash": first, "since": None, "problem": ""}
    chosen = {"folder": str(two_models[1]), "hash": second, "since": NOW, "problem": ""}
    assert shophand("model", "show", "--json").lines == [default]
    assert shophand("model", "use", "second", "--now", NOW, "--json").lines == [chosen]
    assert shophand("model", "show", "--json").lines == [chosen]
    assert shophand("model", "show").out == f"{second} in {two_models[1]}, since {NOW}\n"
    assert shophand("model", "use", "--default", "--json").lines == [default]
    assert shophand("model", "show").out == f"{first} in {two_models[0]}, the default\n"


@pytest.mark.parametrize("harm", ["missing", "damaged", "mismatched"])
def test_a_model_that_cannot_be_loaded_is_refused_and_nothing_changes(
    shophand, two_models: list[Path], tmp_path: Path, harm: str
) -> None:
    shophand("model", "use", str(two_models[1]))
    before, bad = shophand("model", "show", "--json").lines, tmp_path / "bad"
    if harm != "missing":
        shutil.copytree(two_models[0], bad)
    if harm == "damaged":
        (bad / checkpoint.TOKENIZER).write_text("{}")
    if harm == "mismatched":
        config = json.loads((bad / checkpoint.CONFIG).read_text())
        (bad / checkpoint.CONFIG).write_text(json.dumps({**config, "width": 64}))
    says = {"missing": "is missing; train one with", "damaged": "is damaged", "mismatched": "of different models"}
    ran = shophand("model", "use", str(bad))
    assert (ran.code, ran.out, says[harm] in ran.err) == (1, "", True)
    assert shophand("model", "show", "--json").lines == before


@pytest.mark.parametrize("arguments", [(), ("first", "--default")])
def test_model_use_wants_one_of_a_folder_and_the_default(shophand, two_models: list[Path], arguments) -> None:
    ran = shophand("model", "use", *arguments)
    assert (ran.code, "--default" in ran.err) == (2, True)


def test_a_chosen_model_that_has_gone_is_shown_as_it_was_with_what_is_wrong(shophand, two_models: list[Path]) -> None:
    [chosen] = shophand("model", "use", str(two_models[1]), "--json").lines
    shutil.rmtree(two_models[1])
    [shown] = shophand("model", "show", "--json").lines
    assert ({**shown, "problem": ""}, "is missing" in shown["problem"]) == (chosen, True)
    assert "is missing" in shophand("model", "show").err


def test_understand_asks_the_active_model_and_makes_no_store_for_it(
    shophand, two_models: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked").write_text('{"text": "where is my order?"}\n')

    def understood(*arguments: str) -> list[dict[str, Any]]:
        with (tmp_path / "asked").open() as file:
            monkeypatch.setattr(cli.models, "stdin_descriptor", file.fileno)
            return shophand("understand", *arguments).lines

    first = understood()
    assert not (tmp_path / "home").exists()
    shophand("model", "use", "second")
    assert understood() == understood("--model", "second") != first


def test_without_a_base_the_command_that_makes_one_is_named(shophand, monkeypatch: pytest.MonkeyPatch) -> None:
    told = shophand("train", "--data", "corpora", "--base", "base", "--out", "model").err
    assert "shophand train --base-only --data DIR --out base" in " ".join(told.split())
    made = []
    monkeypatch.setattr(commands, "train_base", lambda out, *, data, threads, say: made.append((out, data, threads)))
    assert shophand("train", "--base-only", "--data", "corpora", "--out", "base", "--threads", "1").code == 0
    assert made == [(Path("base"), Path("corpora"), 1)]


@pytest.mark.parametrize("arguments", [(), ("--data", "corpora", "--base", "other"), ("--intents", "own.csv")])
def test_a_base_is_made_of_corpora_alone(shophand, arguments: tuple[str, ...]) -> None:
    ran = shophand("train", "--base-only", "--out", "base", *arguments)
    assert (ran.code, "--base-only needs --data" in " ".join(ran.err.split())) == (2, True)


def test_a_benchmark_prints_its_figures_and_keeps_them(shophand, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(commands.BENCHMARKS, "snips", lambda data, base, out, *, threads, say: {
        "told": [str(data), str(base), str(out), threads]})  # fmt: skip
    ran = shophand("benchmark", "snips", "--data", "corpora", "--base", "base", "--out", "figures", "--threads", "1")
    told = {"told": ["corpora", "base", "figures/snips", 1]}
    assert (ran.code, json.loads(ran.out)) == (0, {"snips": told})
    assert json.loads((tmp_path / "figures" / "snips.json").read_text()) == told
    assert shophand("benchmark", "sing", "--data", "corpora").code == 2


# --- evaluate --------------------------------------------------------------------------------------------------------

HELLO = {"text": "hello", "intent": "greeting"}
WHERE = {"text": "where is my order 10423?", "intent": "order_status",
         "slots": [{"name": "order_id", "value": "10423"}]}  # fmt: skip


@pytest.mark.parametrize(("content", "says"), [
    (None, "en.jsonl cannot be read"), ("\n", "no labelled messages in en.jsonl"), ("{", "en.jsonl:1"),
])  # fmt: skip
def test_evaluate_names_a_file_it_cannot_score(shophand, tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "en.jsonl").write_text(content)
    ran = shophand("evaluate", "en.jsonl")
    assert (ran.code, ran.out, says in ran.err, "Traceback" in ran.err) == (2, "", True, False)


def test_a_figure_that_nothing_counts_for_is_null_in_json_and_a_dash_in_the_table(
    shophand, two_models: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "en.jsonl").write_text(json.dumps(HELLO))
    nothing = {"value": None, "low": None, "high": None}
    ran = shophand("evaluate", "en.jsonl", "--json", "--report", "report.html")
    found = json.loads(ran.out, parse_constant=pytest.fail)["results"]["en"]
    assert found["oos_auroc"] == found["slot_value_accuracy"] == nothing
    assert "– [–, –]" in shophand("evaluate", "en.jsonl").out
    assert "nan" not in (tmp_path / "report.html").read_text()


def test_evaluate_scores_the_active_model_beside_its_peer_and_writes_the_report(
    shophand, two_models: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en.jsonl").write_text(f"{json.dumps(HELLO)}\n{json.dumps(WHERE)}")
    peer = {"a peer": {"en": {"oos_auroc": 0.75}}}
    monkeypatch.setattr(commands, "shop_peer", lambda rows: peer if len(rows) == 2 else {})
    ran = shophand("evaluate", "en.jsonl", "--peer", "--json", "--report", "report.html", "--max-error", "0.2")
    found = json.loads(ran.out)
    assert (ran.code, found["model"], found["peer"]) == (0, checkpoint.content_hash(two_models[0]), peer)
    assert (found["max_error"], found["results"]["all"]["messages"]) == (0.2, 2)
    assert checkpoint.content_hash(two_models[0]) in (tmp_path / "report.html").read_text()
    assert "wrote report.html" in ran.err
    ran = shophand("evaluate", "en.jsonl", "--peer", "--model", "second")
    assert ran.out.startswith(f"model {checkpoint.content_hash(two_models[1])}")
    assert "a peer, en: oos_auroc 0.750" in ran.out


# --- understand ------------------------------------------------------------------------------------------------------


def test_understand_answers_every_line_in_order(shophand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tmp_path / "asked.jsonl"
    rows = [
        {"id": 1, "text": "where is my order #10042?"},
        {"id": 2, "text": "42", "expects": "size"},
        {"id": 3, "text": "我要退货"},
    ]
    asked.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with asked.open() as file:
        monkeypatch.setattr(cli.models, "stdin_descriptor", file.fileno)
        ran = shophand("understand")
    assert [line["id"] for line in ran.lines] == [1, 2, 3]
    for line in ran.lines:
        assert line.keys() == {"id", "text", "intents", "slots", "language", "in_scope"}
        confidences = [intent["confidence"] for intent in line["intents"]]
        assert (len(line["intents"]), confidences) == (38, sorted(confidences, reverse=True))
        assert all(line["text"][slot["start"] : slot["end"]] == slot["value"] for slot in line["slots"])
        oos = next(intent["confidence"] for intent in line["intents"] if intent["name"] == "oos")
        assert oos == pytest.approx(1 - line["in_scope"], abs=1e-5)
    assert [line["language"] for line in ran.lines] == ["en", ran.lines[1]["language"], "zh"]


@pytest.mark.parametrize(
    "bad",
    [
        b"{", b"[1]", b'{"id": 3}', b'{"text": 3}', b'{"text": "a", "history": [{"speaker": "cat", "text": "b"}]}',
        b'{"text": "\xff"}', b'{"text": ' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_understood_is_named(tmp_path: Path, bad: bytes) -> None:
    file = tmp_path / "asked"
    file.write_bytes(b'{"text": "hi"}\n' + bad + b"\n")
    with file.open() as opened, pytest.raises(BadInput, match="line 2"):
        list(answers(opened.fileno(), lambda asked: [_meaning(one) for one in asked]))


def _meaning(asked: Asked) -> Any:
    from bot.conversation import Understanding

    return Understanding(text=asked.text)
