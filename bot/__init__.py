"""The assistant: dialogue, rules, ports. Imports neither adapters nor model nor any platform SDK."""
