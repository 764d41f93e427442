"""Slack: one workspace as a channel, over HTTP or Socket Mode, and a staff channel whose threads are handoffs.

The parts are read in the order of the way of a message: door or sockets → intake → normalise → (the assistant) →
render → channel or desk; api.py speaks to Slack and translates its errors; adapter.py puts them together.
"""

from adapters.slack.adapter import SlackAdapter
from adapters.slack.settings import SlackSettings

__all__ = ["SlackAdapter", "SlackSettings"]
