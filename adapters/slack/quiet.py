"""The logger that Bolt and the SDK get.

They log whole bodies, of unverified requests too, at INFO and DEBUG, and tickets and stack traces at ERROR; some of
their code looks at the logger's own level only. So the level is set here, whatever the root logger says.
"""

import logging
import re

SECRETS = re.compile(r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|(?<=ticket=)[^&\s'\"]+")


class _Redact(logging.Filter):
    """Keep the sentence; drop traces (an exception's text may quote a message) and whatever looks like a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = SECRETS.sub("…", record.getMessage())
        record.args = None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def sdk_log() -> logging.Logger:
    """The one logger for foreign code of this adapter. Bolt copies its level and filter to its own loggers."""
    logger = logging.getLogger("adapters.slack.sdk")
    logger.setLevel(logging.WARNING)
    if not logger.filters:
        logger.addFilter(_Redact())
    return logger
