"""Every error of ours, in one tree; each says what its handler needs to know.

ShophandError
├── SettingsError        settings are wrong: all problems at once, each with what to do
├── BadInput             a file, script line or argument cannot be used; says where and why
├── StoreError
│   ├── StoreBusy        another process runs on this store
│   └── LeaseLost        the turn was taken over, or the conversation moved on; nothing was written
├── ChannelError         a platform did not take a message
│   ├── TemporaryFailure try again, not before `retry_after` seconds
│   └── PermanentFailure will never work (blocked, gone, forbidden); staff must know
│       └── ThreadGone   a desk's thread is no more: its handoff is opened there anew
└── ModelError           a checkpoint is missing, damaged or does not fit
"""

from collections.abc import Sequence


class ShophandError(Exception):
    """Root of all errors of this project."""


class SettingsError(ShophandError):
    """One or more settings are wrong; `problems` holds one sentence for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class BadInput(ShophandError):
    """What the user gave cannot be used; the message says where, why and what to do."""


class StoreError(ShophandError):
    """The store could not do what was asked."""


class StoreBusy(StoreError):
    """Another `shophand run` works on this store."""


class LeaseLost(StoreError):
    """This worker no longer owns the conversation, or its version moved: nothing was written."""


class ChannelError(ShophandError):
    """A platform did not take a message."""


class TemporaryFailure(ChannelError):
    """The platform may take it later; `retry_after` is in seconds, None when it did not say.

    `account`: it takes nothing from this account of ours until then, whatever the chat.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, account: bool = False) -> None:
        self.retry_after, self.account = retry_after, account
        super().__init__(message)


class PermanentFailure(ChannelError):
    """The platform will never take it: blocked, deleted, forbidden, malformed."""


class ThreadGone(PermanentFailure):
    """The desk has no thread for this handoff, or lost it; the opening makes a new one."""


class ModelError(ShophandError):
    """A model cannot be loaded or used; the message names the file and what to do."""
