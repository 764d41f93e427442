"""How an e-mail address on file is shown: enough for its owner to know it."""


def masked(email: str) -> str:
    """ "emma.clarke@example.com" → "e***@example.com"."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}"
