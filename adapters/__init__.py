"""Channels and staff desks: one folder per platform, each with its own SDK, none importing another."""
