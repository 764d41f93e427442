"""Every number of Slack that we depend on. Where the live platform answers differently, its answer counts."""

from bot.ports import Pace, Rate

SECTION_CHARS = 3000  # text of a section block, after escaping; counted in UTF-16 units, which are never fewer
MESSAGE_CHARS = 9000  # ours: Slack refuses a message somewhere above 11,000 in all (msg_blocks_too_long, undocumented)
BLOCKS = 50  # per message
BUTTONS = 25  # elements of one actions block
BUTTON_CHARS = 75
VALUE_CHARS = 2000
OPTION_LABELS = (75, 40, 20)  # of a form's options: Slack's limit, then shorter until the form fits its button
CHECKBOXES, OPTIONS = 10, 100  # options of checkboxes, of a menu
MODAL_BLOCKS = 100
TITLE_CHARS = 24  # of a modal, and of its button
INPUT_CHARS = 3000  # of a text typed into a modal
SUM_CHARS = 10  # ours: of a sum
LABEL_CHARS = 2000  # of an input block
PICTURE_URL_CHARS = 3000
ALT_CHARS = 2000

FILE_BYTES = 10 * 1024 * 1024  # ours: what the files folder takes; Slack itself allows 1 GB
FILE_HOST = "files.slack.com"  # the one host outside the API's own that is shown the token

# a message a second in one channel, with short bursts; several hundred a minute in a workspace (docs: "Rate limits")
PACE = Pace(chat=Rate(1.0, 5), account=Rate(0.2, 30))
CALL_SECONDS = 15  # patience for an answer: an answer lost to impatience is a message sent twice
TRIGGER_SECONDS = 2.0  # a trigger lives for three, and Slack waits for its answer no longer
TYPING_SECONDS = 2.0  # the turn waits for it
FILE_SECONDS = 60.0  # patience for a file's content, in or out

PING_SECONDS = 10.0  # Socket Mode; the SDK calls a socket dead after four unanswered pings
PATIENCE = 6  # checks, a ping apart, that find no living socket before everything is set up afresh
QUIET_SECONDS = 30 * 60.0  # ours: without a word on it, a fresh socket costs less than one that brings nothing
CLOSE_SECONDS = 3.0

SCOPES = frozenset((  # without one of these the app is deaf or dumb somewhere
    "app_mentions:read", "channels:history", "channels:read", "chat:write", "files:read", "files:write",
    "groups:history", "groups:read", "im:history"))
