"""Every number of Telegram that we depend on. Where the live platform answers differently, its answer counts."""

from bot.ports import Pace, Rate

TEXT_UNITS = 4096  # sendMessage text, after entities. Telegram says "characters"; UTF-16 units are never fewer
CAPTION_UNITS = 1024  # sendPhoto caption, after entities
PHOTOS = 3  # ours: of one reply; more of them push the words off a phone
BUTTONS = 100  # per message; undocumented, more is refused
LABEL_WIDTH = 60  # ours: phones cut a full-width button at about this (a Chinese character counts two)
COPIED_CHARS = 256  # what a button puts into the clipboard
ANSWER_CHARS = 200  # what a pressed button is answered with
PAIR_WIDTH = 14  # ours: two buttons share a row when every label is at most this wide

TOPIC_UNITS = 128  # a topic's name
GROUP_CALLS, GROUP_SECONDS = 20, 60  # what one group takes of a bot, topics made, closed and opened again included
PACE = Pace(chat=Rate(1.0, 5), account=Rate(1 / 30, 30))  # the Bot API's FAQ: one a second, 30 a second in all
GROUP_PACE = Pace(account=PACE.account)  # of the staff group: its calls are counted one by one, in budget.py

POLL_SECONDS = 50  # getUpdates timeout; the server caps it here
POLL_BATCH = 100  # getUpdates limit, its maximum
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

# code of the app's language → ours; Telegram takes two letters, so both kinds of Chinese are one
MENU_LANGUAGES = {"": "en", "zh": "zh"}

WEBHOOK_PORTS = (443, 80, 88, 8443)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
SECRET_FORM = r"[A-Za-z0-9_-]{1,256}"  # noqa: S105 - what setWebhook takes

FILE_BYTES = 10 * 1024 * 1024  # ours; the Bot API itself gives out at most 20 MB

READ_SECONDS = 20.0  # patience for an answer: an answer lost to impatience is a message sent twice
CONNECT_SECONDS = 10.0
CONFLICT_SECONDS = 30.0  # wait after 409, so that two pollers do not throw each other out in turns
BACKOFF_SECONDS = 60.0  # the longest wait between two tries; the first is 1 s, then it doubles
