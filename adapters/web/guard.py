"""Who may call: same origin, cookies and security headers. Knows no conversation."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CSP = "Content-Security-Policy"
# nothing foreign, nothing inline; blob: is the preview of a file the shopper has just chosen
_RULES = (
    "default-src 'self'; img-src 'self' blob:{}; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    CSP: _RULES.format(""),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def with_pictures(origins: Sequence[str]) -> str:
    """The rules of a page that also shows pictures of the shop's goods, from these places alone."""
    return _RULES.format("".join(f" {origin}" for origin in origins))


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the security headers on every answer, refusals too. Streams set them before their first byte."""
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        _add_headers(refusal)
        raise
    if not response.prepared:
        _add_headers(response)
    return response


def _add_headers(response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


class Site:
    """What the page's own address is. `public_url` is for a server behind a proxy that changes Host or ends TLS."""

    def __init__(self, public_url: str = "") -> None:
        parts = urlsplit(public_url)
        self._host, self._https = parts.netloc.lower(), parts.scheme == "https"

    @property
    def https(self) -> bool:
        return self._https

    def same_origin(self, request: web.Request) -> bool:
        """Whether a page of ours calls. Browsers name the origin of every socket and POST: none named, no browser."""
        try:
            origin = urlsplit(request.headers.get("Origin", ""))
        except ValueError:
            return False
        ours = {request.host.lower(), self._host} - {""}
        return origin.scheme in ("http", "https") and origin.netloc.lower() in ours

    def set_cookie(
        self, request: web.Request, response: web.StreamResponse, name: str, value: str, *, seconds: int, path: str,
        same_site: str,
    ) -> None:  # fmt: skip
        secure = self._https or request.secure
        response.set_cookie(name, value, max_age=seconds, path=path, httponly=True, secure=secure, samesite=same_site)
