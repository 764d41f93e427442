"""Every setting, once: environment variables with the prefix SHOPHAND_, and the file .env.

Wrong and unknown ones are reported all together, each with what to do.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.errors import SettingsError

PREFIX = "SHOPHAND_"
NO_SECRET = SecretStr("")


class Settings(BaseModel):
    """The order here is the order of .env.example; a test compares the two."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    home: Path = Path(".shophand")
    database_url: str = ""
    shop: Path | None = None
    model: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    wait_minutes: Annotated[int, Field(gt=0)] = 10
    confirmation_minutes: Annotated[int, Field(gt=0)] = 30
    staff_language: Literal["en", "zh"] = "en"

    telegram_token: SecretStr = NO_SECRET
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_secret: SecretStr = NO_SECRET
    telegram_staff_group: str = ""
    telegram_api: str = "https://api.telegram.org"

    slack_bot_token: SecretStr = NO_SECRET
    slack_signing_secret: SecretStr = NO_SECRET
    slack_app_token: SecretStr = NO_SECRET
    slack_staff_channel: str = ""
    slack_api: str = "https://slack.com/api/"

    smtp_url: SecretStr = NO_SECRET
    mail_from: str = "shop@localhost"

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, **_: Any) -> tuple[Any, ...]:
        """Only what load_settings hands over: a wrong variable must not come in a second time."""
        return (init_settings,)

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL; the default is a file in the home folder."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.home / 'shophand.db').resolve()}"


def load_settings(environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Read the settings. SettingsError lists everything that is wrong at once."""
    environment = os.environ if environment is None else environment
    given = {**dotenv_values(env_file), **environment} if env_file.exists() else dict(environment)
    named = {name: value or "" for name, value in given.items() if name.upper().startswith(PREFIX)}
    fields = {name.upper().removeprefix(PREFIX).lower(): value for name, value in named.items()}
    problems = [_unknown(name) for name in fields if name not in Settings.model_fields]
    known = {name: value for name, value in fields.items() if name in Settings.model_fields and value.strip()}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        wrong = {str(item["loc"][0]): item["msg"] for item in error.errors()}
        problems += [_wrong(field, message, known[field]) for field, message in wrong.items()]
        rest = {name: value for name, value in known.items() if name not in wrong}
        settings = Settings.model_validate(rest)
    problems += _together(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _wrong(field: str, message: str, value: str) -> str:
    shown = "" if Settings.model_fields[field].annotation is SecretStr else f", not {value!r}"
    return f"{PREFIX}{field.upper()}: {message}{shown}. Correct it in .env or leave it out."


def _unknown(field: str) -> str:
    near = difflib.get_close_matches(field, Settings.model_fields, n=1)
    hint = f"Did you mean {PREFIX}{near[0].upper()}?" if near else "See .env.example for the list."
    return f"{PREFIX}{field.upper()} is not a setting. {hint}"


def _together(settings: Settings) -> list[str]:
    """Settings that only make sense with one another."""
    problems = []
    if settings.telegram_token.get_secret_value() and settings.telegram_mode == "webhook" and not settings.public_url:
        problems.append(
            "SHOPHAND_TELEGRAM_MODE=webhook needs SHOPHAND_PUBLIC_URL, an https address. Set it, or use polling."
        )
    slack, signing, app = (
        secret.get_secret_value()
        for secret in (settings.slack_bot_token, settings.slack_signing_secret, settings.slack_app_token)
    )
    if slack and not (signing or app):
        problems.append(
            "SHOPHAND_SLACK_BOT_TOKEN needs SHOPHAND_SLACK_APP_TOKEN (Socket Mode) or …_SIGNING_SECRET (HTTP)."
        )
    if (signing or app) and not slack:
        problems.append("A Slack secret is set without SHOPHAND_SLACK_BOT_TOKEN. Set it too, or remove the other.")
    return problems
