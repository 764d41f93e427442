"""Settings from the environment and .env: all that is wrong at once, and the example file that lists them."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import PREFIX, Settings, load_settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
NO_FILE = Path("no-such-file.env")
WEBHOOK = {"SHOPHAND_TELEGRAM_TOKEN": "t", "SHOPHAND_TELEGRAM_MODE": "webhook"}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


def problems(environment: dict[str, str], env_file: Path = NO_FILE) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as error:
        load_settings(environment, env_file)
    return error.value.problems


def test_nothing_set_gives_the_defaults() -> None:
    settings = load_settings({}, NO_FILE)
    assert (settings.port, settings.host, settings.shop) == (8080, "127.0.0.1", None)


def test_values_are_read_by_type_and_an_empty_one_is_not_set() -> None:
    settings = load_settings(
        {
            "SHOPHAND_PORT": "0",
            "SHOPHAND_SHOP": "/data/shop",
            "SHOPHAND_HOST": "",
        },
        NO_FILE,
    )
    assert (settings.port, settings.shop, settings.host) == (0, Path("/data/shop"), "127.0.0.1")


def test_names_may_be_written_in_lower_case_and_others_are_none_of_ours() -> None:
    assert load_settings({"shophand_port": "81", "PORT": "82", "HOME": "/root"}, NO_FILE).port == 81


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SHOPHAND_PORT=81\nSHOPHAND_HOST=0.0.0.0\nOTHER=1\n")
    settings = load_settings({"SHOPHAND_PORT": "82"}, file)
    assert (settings.port, settings.host) == (82, "0.0.0.0")  # noqa: S104


def test_all_problems_are_reported_at_once_each_with_what_to_do() -> None:
    found = problems({
        "SHOPHAND_PROT": "8080", "SHOPHAND_COLOUR": "red", "SHOPHAND_PORT": "eighty", "SHOPHAND_WAIT_MINUTES": "0",
        "SHOPHAND_STAFF_LANGUAGE": "de", **WEBHOOK,
    })  # fmt: skip
    assert [problem.split()[0].rstrip(":") for problem in found] == [
        "SHOPHAND_PROT", "SHOPHAND_COLOUR", "SHOPHAND_PORT", "SHOPHAND_WAIT_MINUTES", "SHOPHAND_STAFF_LANGUAGE",
        "SHOPHAND_TELEGRAM_MODE=webhook",
    ]  # fmt: skip
    assert found[0] == "SHOPHAND_PROT is not a setting. Did you mean SHOPHAND_PORT?"
    assert found[1] == "SHOPHAND_COLOUR is not a setting. See .env.example for the list."
    assert "'eighty'" in found[2] and "Correct it in .env" in found[2]


def test_a_wrong_value_of_the_real_environment_is_reported_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPHAND_PORT", "eighty")
    with pytest.raises(SettingsError, match="SHOPHAND_PORT"):
        load_settings(env_file=NO_FILE)


def test_only_the_given_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPHAND_PORT", "81")
    assert load_settings({}, NO_FILE).port == 8080


@pytest.mark.parametrize(
    ("environment", "part"),
    [
        (WEBHOOK, "needs SHOPHAND_PUBLIC_URL"),
        ({"SHOPHAND_SLACK_BOT_TOKEN": "xoxb"}, "needs SHOPHAND_SLACK_APP_TOKEN"),
        ({"SHOPHAND_SLACK_APP_TOKEN": "xapp"}, "without SHOPHAND_SLACK_BOT_TOKEN"),
        ({"SHOPHAND_SLACK_SIGNING_SECRET": "s"}, "without SHOPHAND_SLACK_BOT_TOKEN"),
    ],
)
def test_settings_that_need_one_another(environment: dict[str, str], part: str) -> None:
    [problem] = problems(environment)
    assert part in problem


@pytest.mark.parametrize(
    "environment",
    [
        {**WEBHOOK, "SHOPHAND_PUBLIC_URL": "https://shop.example"},
        {"SHOPHAND_TELEGRAM_MODE": "webhook"},
        {"SHOPHAND_SLACK_BOT_TOKEN": "b", "SHOPHAND_SLACK_SIGNING_SECRET": "s"},
    ],
)
def test_settings_that_fit_together(environment: dict[str, str]) -> None:
    assert load_settings(environment, NO_FILE).home == Path(".shophand")


def test_a_secret_is_neither_shown_nor_part_of_a_message() -> None:
    settings = load_settings({"SHOPHAND_TELEGRAM_TOKEN": "123:abc", "SHOPHAND_SMTP_URL": "smtp://u:pw@h"}, NO_FILE)
    assert "123:abc" not in repr(settings) and "pw" not in repr(settings)
    assert "123:abc" not in " ".join(problems({"SHOPHAND_TELEGRAM_TOKEN": "123:abc", "SHOPHAND_PORT": "x"}))


def test_the_database_is_a_file_in_the_home_unless_a_url_is_set(tmp_path: Path) -> None:
    assert (
        load_settings({"SHOPHAND_HOME": str(tmp_path)}, NO_FILE).database
        == f"sqlite+aiosqlite:///{tmp_path}/shophand.db"
    )
    assert (
        load_settings({"SHOPHAND_DATABASE_URL": "postgresql+psycopg://h/d"}, NO_FILE).database
        == "postgresql+psycopg://h/d"
    )


def test_settings_cannot_be_changed_after_reading() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings({}, NO_FILE).port = 1  # type: ignore[misc]


# --- .env.example ----------------------------------------------------------------------------------------------------


def example() -> list[tuple[str, str]]:
    return re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE)


def test_the_example_lists_every_setting_once_in_the_order_of_the_class() -> None:
    assert [name for name, _ in example()] == [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


def test_the_example_shows_every_true_default() -> None:
    def written(value: object) -> str:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        return "" if plain in (None, ()) else str(plain)

    defaults = [written(field.default) for field in Settings.model_fields.values()]
    assert [value for _, value in example()] == defaults


def test_the_example_copied_as_it_is_changes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / ".env"
    copy.write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    assert load_settings({}, copy) == load_settings({}, NO_FILE)


def test_every_setting_of_the_example_is_explained() -> None:
    """A comment stands above each setting, or above the group that it is part of."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    groups = "\n".join(lines).split("\n\n")
    settings = [group for group in groups if re.search(r"^[A-Z_]+=", group, re.MULTILINE)]
    assert all(group.startswith("# ") for group in settings)
