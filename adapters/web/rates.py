"""How much one visitor may send, and how much all of one address together: a cookie is free, an address is not."""

import math
import time
from collections.abc import Callable
from ipaddress import IPv6Network, ip_address

from aiohttp import web

from adapters.web.limits import UPLOAD_BYTES_PER_HOUR, VISITORS_PER_ADDRESS, VISITORS_REMEMBERED


def counted(rates: "Rates", request: web.Request, visitor: str) -> None:
    """A link that is opened is a message, and counted as one."""
    if wait := rates.message(visitor, peer(request)):
        slow = {"Retry-After": str(math.ceil(wait))}
        raise web.HTTPTooManyRequests(text="too much at once: please open the link again soon", headers=slow)


def peer(request: web.Request) -> str:
    """The address that calls; of IPv6 its network, all of which one subscriber has.

    Behind a proxy it is the proxy's: what a header says of the address is not believed.
    """
    try:
        address = ip_address(request.remote or "")
    except ValueError:  # a Unix socket
        return ""
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


class TokenBuckets:
    """At most so many in so many seconds for each key, in bursts of as many."""

    def __init__(self, size: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._size, self._per_second, self._monotonic = float(size), size / seconds, monotonic
        self._left: dict[str, tuple[float, float]] = {}  # key → (tokens, when counted)

    def wait(self, key: str, tokens: float) -> float:
        """The seconds until there are so many, 0.0 when there are."""
        return max(0.0, tokens - self._tokens(key, self._monotonic())) / self._per_second

    def take(self, key: str, tokens: float) -> None:
        now = self._monotonic()
        self._left[key] = (self._tokens(key, now) - tokens, now)
        if len(self._left) > VISITORS_REMEMBERED:
            self._left = {key: kept for key, kept in self._left.items() if self._tokens(key, now) < self._size}

    def _tokens(self, key: str, now: float) -> float:
        tokens, counted = self._left.get(key, (self._size, now))
        return min(self._size, tokens + (now - counted) * self._per_second)


class Rates:
    """Each method takes what it needs and returns 0.0, or takes nothing and returns the seconds to wait."""

    def __init__(self, messages_per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._visitors = TokenBuckets(messages_per_minute, 60, monotonic)
        self._addresses = TokenBuckets(messages_per_minute * VISITORS_PER_ADDRESS, 60, monotonic)
        self._bytes = TokenBuckets(UPLOAD_BYTES_PER_HOUR, 3600, monotonic)

    def opening(self, address: str) -> float:
        """A new visitor, who is greeted."""
        return _take((self._addresses, address, 1))

    def message(self, visitor: str, address: str) -> float:
        return _take((self._visitors, visitor, 1), (self._addresses, address, 1))

    def upload(self, visitor: str, address: str, size: int) -> float:
        return _take((self._visitors, visitor, 1), (self._addresses, address, 1), (self._bytes, address, size))


def _take(*asked: tuple[TokenBuckets, str, float]) -> float:
    """All or nothing: one who must wait for one bucket empties no other meanwhile."""
    wait = max(buckets.wait(key, tokens) for buckets, key, tokens in asked)
    if not wait:
        for buckets, key, tokens in asked:
            buckets.take(key, tokens)
    return wait
