"""Takes the pictures of the widget for the documentation: `python -m tests.bot.web.pictures docs`.

The page around is made up; widget, assistant and answers are the product's, about the people of its sample.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.bot.conftest import served
from tests.bot.web.conftest import CHROMIUM, CHROMIUM_OPTIONS
from tests.bot.web.host import EMBED_SECRET, signed
from tests.e2e.conftest import CONTACTS, PASSWORD, USER
from tests.e2e.product import add_people, new_environment, personabot
from tests.e2e.product import served as running
from tests.ports import free_port

PICTURES: dict[str, tuple[dict[str, Any], str]] = {
    "widget-light": ({"viewport": {"width": 1180, "height": 800}}, "Zeig mir die Personas als Diagramm"),
    "widget-dark": (
        {"viewport": {"width": 1180, "height": 800}, "color_scheme": "dark"},
        "Wie erreiche ich einen Vertriebsleiter?",
    ),
    "widget-phone": (
        {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5, "has_touch": True, "is_mobile": True},
        "Welche Persona passt zu Frau Meier von Rosch?",
    ),
}
STYLE = """
:root { color-scheme: light dark; --bar: light-dark(#e3e7ea, #26323a); --box: light-dark(#fff, #151d22) }
body { margin: 0; background: light-dark(#eef1f3, #0b1013); color: light-dark(#34434b, #c5d0d6);
  font: 16px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif }
header { padding: 18px 40px; background: light-dark(#2b3a4a, #1a242c); color: #fff; font-weight: 600 }
main { padding: 32px 40px; max-width: 620px }
section { padding: 22px 26px; margin-bottom: 20px; border-radius: 10px; background: var(--box) }
h2 { margin: 0 0 14px; font-size: 18px }
p { height: 12px; margin: 10px 0; border-radius: 6px; background: var(--bar) }
p:last-child { width: 61% }
"""
BOXES = "".join(
    f"<section><h2>{title}</h2><p></p><p></p><p></p><p></p></section>"
    for title in ("Neues aus dem Vertrieb", "Termine", "Unterlagen")
)


def intranet(gateway: str) -> Starlette:
    """A page as one knows them, without anything on it but the widget of `gateway` in its corner."""
    html = (
        '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Intranet</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/host.css"></head><body><header>Intranet</header><main>{BOXES}</main>'
        f'<script type="module" src="{gateway}/web/widget.js" data-position="corner" data-token-url="/who">'
        "</script></body></html>"
    )

    async def page(_request: Request) -> Response:
        return HTMLResponse(html)

    async def who(_request: Request) -> Response:
        return JSONResponse({"token": signed(USER)})

    async def css(_request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    return Starlette(routes=[Route("/", page), Route("/who", who), Route("/host.css", css)])


def take(browser: Browser, url: str, path: Path, options: dict[str, Any], question: str) -> None:
    """Opens the intranet page at `url`, asks `question` in the widget and takes a picture."""
    context = browser.new_context(locale="de-DE", reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(url)
    page.get_by_test_id("opener").click()
    page.get_by_test_id("chat-input").fill(question)
    page.get_by_test_id("chat-send").click()
    page.get_by_test_id("answer").wait_for()
    if page.get_by_test_id("answer-chart").count():
        page.locator(".picture svg").first.wait_for()
    page.mouse.move(5, 5)
    page.evaluate("document.querySelector('persona-bot').talk.focusInput()")
    page.wait_for_timeout(500)  # what scrolls has come to rest
    page.screenshot(path=path)
    context.close()


def main(folder: Path) -> None:
    """Takes all pictures into `folder`."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        port, crm = free_port(), Path(name) / "crm"
        environment = new_environment(Path(name) / "var") | {
            "PERSONABOT_EMBED_ORIGINS": f"http://localhost:{port}",
            "PERSONABOT_EMBED_SECRET": EMBED_SECRET,
        }
        personabot("sample", "--contacts", str(CONTACTS), "--seed", "1", "--out", str(crm), environment=environment)
        personabot("import", str(crm), environment=environment)
        personabot("build", environment=environment)
        add_people(environment, (USER,), PASSWORD)
        product = stack.enter_context(running(environment, crm))
        stack.enter_context(served(intranet(product.url), port))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_OPTIONS))
        for picture, (options, question) in PICTURES.items():
            take(browser, f"http://localhost:{port}/", folder / f"{picture}.png", options, question)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
