"""The Transformer and its training. Only interpreter.py and writer.py know the assistant (bot)."""
