"""Dispatchers: who works the waiting conversations, and when."""
