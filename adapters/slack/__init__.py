"""Slack: one workspace as a channel, over HTTP or Socket Mode, and a staff channel whose threads are handoffs.

The parts are read in the order of the way of a message: door or sockets → intake → normalise and interactions → (the
assistant) → render → channel or desk; forms.py and desk_menu.py are the modals of shoppers and of staff; api.py speaks
to Slack and translates its errors; adapter.py puts them together.
"""

from adapters.slack.adapter import SlackAdapter
from adapters.slack.settings import SlackSettings

__all__ = ["SlackAdapter", "SlackSettings"]
