"""The web: the shopper's chat page on / and the staff console on /staff, on the one server that bootstrap starts."""

from adapters.web.adapter import WebAdapter
from adapters.web.guard import security_headers

__all__ = ["WebAdapter", "security_headers"]
