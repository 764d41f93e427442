"""Files: what is kept, what is refused, and that a file reaches the shop only in a message of who uploaded it."""

import hashlib
import io

import pytest
from web_rig import Site, site

from adapters.web import rates, uploads
from adapters.web.limits import FILE_BYTES
from bot.messages import Attachment, Kind

ONE = "11111111-1111-4111-8111-111111111111"
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 10


@pytest.fixture
async def shop():
    async with site() as opened, opened.client.get("/"):
        yield opened


async def upload(shop: Site, content: object, **headers: str) -> tuple[int, dict]:
    headers = {"Origin": shop.origin, "X-File-Name": "..%2Fbox%20%E2%9C%93.png", **headers}
    async with shop.client.post("/chat/upload", data=content, headers=headers) as response:
        return response.status, await response.json() if response.status < 500 else {}


async def test_uploaded_file_becomes_a_message_with_its_digest(shop):
    status, kept = await upload(shop, PNG)
    assert status == 200
    page = await shop.page()
    await page.send({"type": "file", "id": ONE, "file": kept["file"], "text": "broken", "language": "en"})
    assert await page.until("ack") == ONE
    message = shop.front.received[-1]
    digest = hashlib.sha256(PNG).hexdigest()
    assert (message.kind, message.text) == (Kind.FILE, "broken")
    assert message.attachments == (Attachment("photo", "image/png", len(PNG), "box ✓.png", digest=digest),)
    assert shop.front.files == {digest: PNG}


async def test_file_of_somebody_else_is_refused(shop):
    _, kept = await upload(shop, PNG)
    shop.client.session.cookie_jar.clear()
    page = await shop.page()
    await page.send({"type": "file", "id": ONE, "file": kept["file"], "language": "en"})
    assert await page.until("refused") == ONE


async def test_too_large_by_its_header(shop):
    assert await upload(shop, io.BytesIO(PNG + bytes(FILE_BYTES))) == (413, {"error": "too_large"})
    assert not shop.front.files


async def test_too_large_without_saying_so(shop):
    async def chunks():
        yield PNG
        for _ in range(6):
            yield bytes(1024 * 1024)

    assert await upload(shop, chunks()) == (413, {"error": "too_large"})
    assert not shop.front.files


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"<!doctype html><script>", b"MZ\x90\x00", b"GIF8"])
async def test_what_is_no_image_or_pdf_is_refused_whatever_it_claims(shop, content):
    assert await upload(shop, content, **{"Content-Type": "image/png"}) == (415, {"error": "type"})


async def test_foreign_page_cannot_upload(shop):
    assert (await upload(shop, PNG, Origin="https://evil.example"))[0] == 403


async def test_nobody_cannot_upload(shop):
    shop.client.session.cookie_jar.clear()
    assert (await upload(shop, PNG))[0] == 403


async def test_store_failure_is_a_500_and_the_next_try_works(shop):
    shop.front.broken = 1
    assert (await upload(shop, PNG))[0] == 500
    assert (await upload(shop, PNG))[0] == 200


async def test_uploads_count_as_messages():
    async with site(messages_per_minute=1, monotonic=lambda: 7.0) as shop:
        async with shop.client.get("/"):
            pass
        assert [(await upload(shop, PNG))[0] for _ in range(2)] == [200, 429]
        page = await shop.page()
        await page.send({"type": "text", "id": ONE, "text": "hello"})
        assert await page.until("slow") == ONE


async def test_a_fresh_cookie_brings_no_fresh_room_for_files(monkeypatch):
    now = [7.0]
    monkeypatch.setattr(rates, "UPLOAD_BYTES_PER_HOUR", 2 * len(PNG))
    async with site(monotonic=lambda: now[0]) as shop:
        assert [await upload_as_somebody_new(shop, PNG) for _ in range(3)] == [200, 200, 429]
        now[0] += 1800
        assert await upload_as_somebody_new(shop, PNG) == 200


async def test_a_file_of_unsaid_length_counts_as_the_largest(monkeypatch):
    async def chunks():
        yield PNG

    monkeypatch.setattr(rates, "UPLOAD_BYTES_PER_HOUR", FILE_BYTES + len(PNG))
    async with site(monotonic=lambda: 7.0) as shop:
        assert [await upload_as_somebody_new(shop, chunks()) for _ in range(2)] == [200, 429]
        assert await upload_as_somebody_new(shop, PNG) == 200


async def upload_as_somebody_new(shop: Site, content: object) -> int:
    shop.client.session.cookie_jar.clear()
    async with shop.client.get("/"):
        return (await upload(shop, content))[0]


@pytest.mark.parametrize(
    ("start", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF1234WEBPVP8", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"GIF89a", "image/gif"),
        (b"RIFF1234WAVE", ""),
    ],
)
def test_type_is_read_from_the_first_bytes(start, mime):
    assert uploads.sniff(start) == mime


def test_name_is_bare_and_printable():
    assert uploads.file_name("C%3A%5Ctemp%5C%E8%AE%A2%E5%8D%95%0A.pdf") == "订单.pdf"
    assert uploads.file_name("%ff%00") == "\ufffd"
