"""The visible list of channels: which adapters there are, and which of them have a setting."""

from collections.abc import Callable, Sequence

from adapters.mail import MailAdapter, ReadFile
from adapters.slack import SlackAdapter, SlackSettings
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.web import WebAdapter
from bot.assistant import Assistant
from bot.keys import Keys
from bot.ports import Adapter
from bot.settings import Settings
from bot.shop.policy import Policy

MakeAdapters = Callable[[Assistant, Policy], Sequence[Adapter]]


def channels_of(settings: Settings) -> MakeAdapters:
    """The adapters that have a setting; web chat, console and mail always."""

    def make(assistant: Assistant, policy: Policy) -> list[Adapter]:
        made: list[Adapter] = [
            _web(settings, assistant, policy),
            mail_adapter(settings, policy.shop.name.text("en"), assistant.file),
        ]
        if settings.telegram_token.get_secret_value():
            made.append(TelegramAdapter(assistant, assistant, _telegram(settings)))
        if settings.slack_bot_token.get_secret_value():
            made.append(SlackAdapter(assistant, assistant, _slack(settings)))
        return made

    return make


def mail_adapter(settings: Settings, subject: str, read_file: ReadFile) -> MailAdapter:
    url, folder = settings.smtp_url.get_secret_value(), settings.home / "mail"
    return MailAdapter(url, settings.mail_from, subject, folder, read_file)


def _web(settings: Settings, assistant: Assistant, policy: Policy) -> WebAdapter:
    return WebAdapter(
        assistant,
        assistant,
        secret=Keys.of(settings.home).cookies,
        shop_name=policy.shop.name.texts,
        pictures=policy.shop.picture_origins,
        public_url=settings.public_url,
    )


def _telegram(settings: Settings) -> TelegramSettings:
    return TelegramSettings(
        token=settings.telegram_token.get_secret_value(),
        mode=settings.telegram_mode,
        public_url=settings.public_url,
        secret_token=settings.telegram_secret.get_secret_value(),
        staff_group=settings.telegram_staff_group,
        base_url=settings.telegram_api,
    )


def _slack(settings: Settings) -> SlackSettings:
    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        app_token=settings.slack_app_token.get_secret_value(),
        staff_channel=settings.slack_staff_channel,
        base_url=settings.slack_api,
    )
