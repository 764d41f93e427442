"""Walks through the running product in a headless Chromium, with two shoppers and staff, and takes the docs' pictures.

    .venv/bin/pip install -e '.[screenshots]' && .venv/bin/python docs/screenshots.py

It starts `shophand run` on an empty home, so nothing of yours is touched. Each step waits for what must then be seen;
a step that does not come ends the walk with an error.
"""

import asyncio
import os
import re
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, TimeoutError, async_playwright

IMAGES = Path(__file__).parent / "images"
PATIENCE = 60_000  # milliseconds for one step
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
PASSWORD = "a password of the shop"  # noqa: S105 - of the throw-away home


async def main() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"SHOPHAND_HOME": home, "SHOPHAND_PORT": str(port), "COLUMNS": "200"}
        shop = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "shophand"), "run", env=environment, stdout=asyncio.subprocess.PIPE
        )
        try:
            password = await _first_password(shop.stdout)
            await _walk(f"http://127.0.0.1:{port}", password)
        finally:
            shop.terminate()
            await shop.wait()


async def _first_password(lines: asyncio.StreamReader | None) -> str:
    if lines is None:
        raise RuntimeError("no output to read the first password from")
    password = ""
    async for line in lines:
        if found := re.search(r"First sign-in\s+admin / (\S+)", line.decode()):
            password = found[1]
        if b"  3. " in line:
            return password
    raise RuntimeError("shophand run ended before it was ready")


async def _walk(address: str, password: str) -> None:
    async with async_playwright() as browsers:
        chromium = await browsers.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        shopper, other = [
            await (await chromium.new_context(viewport={"width": 760, "height": 1000})).new_page() for _ in range(2)
        ]
        staff = await (await chromium.new_context(viewport={"width": 1180, "height": 800})).new_page()
        for page in (shopper, other, staff):
            page.set_default_timeout(PATIENCE)
            page.on("requestfailed", lambda request: print("failed:", request.url))
        await shopper.goto(address)

        # where is it, and who is asking
        await _say(shopper, "Where is my order 10042?", "e-mail|phone")
        await _say(shopper, "emma.clarke@example.com", "10042")
        # cancel another one after a yes
        await _say(shopper, "Please cancel order 10043", "10043")
        await _press(shopper, "Yes", "cancel.*£65")
        await shopper.screenshot(path=IMAGES / "chat.png")
        # change one's mind about a third
        await _say(shopper, "Can you cancel 10047 too?", "10047")
        await _say(shopper, "No, leave it, I've changed my mind", "10047")
        # ... and once more: so much is for staff to approve
        await _say(shopper, "Please cancel order 10047 after all", "10047")
        await _press(shopper, "Yes", "10047")
        # a return, in Chinese
        await _say(shopper, "我想退货，订单10042", "[\u4e00-\u9fff]")
        # a person
        await _say(shopper, "转人工", "[\u4e00-\u9fff]")

        await staff.goto(f"{address}/staff")
        await staff.fill("input[name=name]", "admin")
        await staff.fill("input[name=password]", password)
        await staff.keyboard.press("Enter")
        await staff.fill("input[name=old]", password)
        await staff.fill("input[name=new]", PASSWORD)
        await staff.fill("input[name=again]", PASSWORD)
        await staff.keyboard.press("Enter")
        await _decide(staff)
        # somebody else is in danger: he comes first
        await other.goto(address)
        await _say(other, "The charger caught fire and burned my hand", "person|team|colleague|112|999")
        await staff.locator("#list li", has_text="Comes first").first.wait_for()
        # while the first one waits he asks something that the assistant could answer
        await _say(shopper, "你们支持哪些付款方式？", "[\u4e00-\u9fff]")
        await staff.locator("#list li a", has_text="Asked for a person").first.click()
        await staff.get_by_text("Suggestion · not sent").wait_for()
        await staff.screenshot(path=IMAGES / "queue.png")
        await staff.get_by_role("button", name="Claim").click()
        await staff.locator("[data-status=claimed]").first.wait_for()
        await staff.fill("textarea[name=text]", "您好，我是客服小鹭，您的退货我来帮您办。")
        await staff.keyboard.press("Enter")
        await _seen(shopper, "客服小鹭")
        await staff.get_by_text("客服小鹭").first.wait_for()
        await staff.screenshot(path=IMAGES / "console.png")
        await staff.get_by_role("button", name="Give back").click()
        await _seen(shopper, "助手|继续|接着|接手")
        await _say(shopper, "where is my order 10042?", "10042")
        print(await shopper.locator("#log").inner_text())
        await chromium.close()


async def _decide(staff: Page) -> None:
    """The card of the cancellation, as it stands before somebody decides."""
    await staff.locator("#list li a", has_text="Needs approval").first.click()
    await staff.get_by_role("button", name="Approve").first.wait_for()
    await staff.screenshot(path=IMAGES / "approval.png")


async def _say(page: Page, text: str, expected: str) -> None:
    await page.fill("#text", text)
    await page.keyboard.press("Enter")
    await _seen(page, expected, after=text)


async def _press(page: Page, label: str, expected: str) -> None:
    await page.get_by_role("button", name=label).last.click()
    await _seen(page, expected)


async def _seen(page: Page, expected: str, after: str = "") -> None:
    """Wait until the newest line of the log is not the shopper's and holds `expected` (a regular expression)."""
    newest = """([expected, after]) => {
        const lines = [...document.querySelectorAll("#log li")], last = lines.at(-1);
        return last && !last.classList.contains("user") && new RegExp(expected, "is").test(last.innerText)
            && (!after || lines.some((line) => line.innerText.includes(after)));
    }"""
    try:
        await page.wait_for_function(newest, arg=[expected, after])
    except TimeoutError:
        raise RuntimeError(f"no {expected!r} came:\n{await page.locator('#log').inner_text()}") from None
    await page.wait_for_timeout(300)  # let the page settle for a picture


asyncio.run(main())
