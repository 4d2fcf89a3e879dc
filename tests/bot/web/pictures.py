"""Takes the pictures of the widget for the documentation: `python -m tests.bot.web.pictures docs`.

The page around and the answers are made up, as in the tests; widget and gateway are the real ones.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bot.gateway.app import create_app
from persona_store.database import connect, migrate, session_scope
from persona_store.settings import Settings
from persona_store.users import add_user
from tests.bot.conftest import RasaPlace, free_port, served
from tests.bot.web.conftest import CHROMIUM, CHROMIUM_OPTIONS, NAME, PASSWORD, reply
from tests.bot.web.host import EMBED_SECRET, HostPage
from tests.conftest import OPERATOR

PICTURES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "widget-light": ({"viewport": {"width": 1180, "height": 800}}, ("Welche Personas gibt es? (Balken)",)),
    "widget-dark": (
        {"viewport": {"width": 1180, "height": 800}, "color_scheme": "dark"},
        ("Wie erreiche ich einen Vertriebsleiter?",),
    ),
    "widget-phone": (
        {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5, "has_touch": True, "is_mobile": True},
        ("Welche Persona passt zu Eva Weber?",),
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


class Intranet(HostPage):
    """A page as one knows them, without anything on it."""

    def html(self, asked: dict[str, str]) -> str:
        """The page with the widget in its corner."""
        return (
            '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Intranet</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<link rel="stylesheet" href="/host.css"></head><body><header>Intranet</header><main>{BOXES}</main>'
            f'<script type="module" src="{self.gateway}/web/widget.js" data-position="corner" data-token-url="/who">'
            "</script></body></html>"
        )


def take(browser: Browser, host: HostPage, path: Path, options: dict[str, Any], said: tuple[str, ...]) -> None:
    """Opens the intranet page, says `said` in the widget and takes a picture."""
    context = browser.new_context(locale="de-DE", reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(host.url + "/")
    page.get_by_test_id("opener").click()
    for place, words in enumerate(said):
        page.get_by_test_id("chat-input").fill(words.partition(" (")[0])
        host.rasa.reply = lambda message, words=words: reply(message | {"message": words})
        page.get_by_test_id("chat-send").click()
        page.get_by_test_id("answer").nth(place).wait_for()
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
        port, rasa_port = free_port(), free_port()
        known = Settings(
            _env_file=None, var=Path(name), rasa_port=rasa_port, actions_port=rasa_port,
            embed_origins=f"http://localhost:{port}", embed_secret=EMBED_SECRET,
        )  # fmt: skip
        engine = connect(known.store_url)
        migrate(engine)
        with session_scope(engine, writes=True, asker=OPERATOR) as session:
            add_user(session, NAME, PASSWORD, "sales")
        engine.dispose()
        rasa = RasaPlace(rasa_port, reply)
        stack.enter_context(served(rasa.app(), rasa_port))
        gateway = stack.enter_context(served(create_app(known), free_port()))
        host = Intranet(f"http://localhost:{port}", gateway, rasa, known, style=STYLE)
        stack.enter_context(served(host.app(), port))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_OPTIONS))
        for picture, (options, said) in PICTURES.items():
            take(browser, host, folder / f"{picture}.png", options, said)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
