"""A real Chromium, and answers of every shape for it to show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, sync_playwright

from bot.gateway.app import create_app
from tests.bot.conftest import RasaPlace, new_installation, served
from tests.bot.web.host import EMBED_SECRET, HostPage
from tests.bot.web.shapes import shape
from tests.ports import free_port

NAME = "anna"
PASSWORD = "leuchtturm-gabel-november"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

LONGEST_WAIT_MS = 15_000  # a machine may be busy; what does not come by then does not come
INLINE = "/?mode=inline&token=1"
HEAVIEST = 180_000  # bytes on the wire before a chart is needed

MATCH = {
    "kind": "match",
    "language": "de",
    "text": "Eva Weber passt zu Persona 2, „Einkaufsleitung im Maschinenbau“ – wahrscheinlich (78 %).",
    "card": {
        "title": "Einkaufsleitung im Maschinenbau",
        "subtitle": "Persona 2 · 18 % der Kontakte · 31 % werden Kunden",
        "facts": [
            {"label": "Einkaufsleitung im Maschinenbau", "value": "78 %", "share": 0.78},
            {"label": "Geschäftsführung KMU", "value": "17 %", "share": 0.17},
            {"label": "Betriebsleitung", "value": "5 %", "share": 0.05},
        ],
    },
    "reasons": [
        "Sie leitet den Einkauf: in dieser Persona 64 %, sonst 9 % (n = 903).",
        "Sie arbeitet im Maschinenbau: 71 % gegen 22 % (n = 880).",
        "Dagegen spricht: sie hat noch nie auf einen Anruf reagiert.",
    ],
    "next_step": "Frag nach der Firmengröße; sie würde am meisten klären.",
    "choices": [
        {"label": "Wie spreche ich sie an?", "send": "Wie spreche ich Eva Weber an?"},
        {"label": "Lohnt sich der Aufwand?", "send": "Ist Eva Weber eine Anti-Persona?"},
    ],
    "evidence": ["5.000 Kontakte, Stand 3. Juni 2025", "9 von 14 Merkmalen sind bekannt", "Build 3"],
}
CHOICES = {
    "kind": "choices",
    "language": "de",
    "text": "Ich kenne drei Personen namens Meier. Wen meinst du?",
    "choices": [
        {"label": "Karl Meier, Bosch", "send": '/choose_option{"ordinal": "1"}'},
        {"label": "Eva Meier, Müller GmbH & Co. KG", "send": '/choose_option{"ordinal": "2"}'},
        {"label": "Jörg Meyer, Stadtwerke Ulm", "send": '/choose_option{"ordinal": "3"}'},
    ],
}
APPROACH = {
    "kind": "approach",
    "language": "de",
    "text": "Vertriebsleiter erreichst du am besten am Telefon.",
    "reasons": ["Auf Anrufe antworten 42 von 100, auf E-Mails nur 18."],
    "table": {
        "caption": "Wie oft Vertriebsleiter antworten",
        "columns": ["Kanal", "Antwortrate", "95-%-Bereich", "Kontaktversuche"],
        "rows": [
            ["Telefon", "42 %", "38–46 %", "612"],
            ["Persönlich", "35 %", "24–47 %", "71"],
            ["E-Mail", "18 %", "16–20 %", "1.430"],
            ["LinkedIn", "11 %", "7–16 %", "158"],
        ],
    },
    "next_step": "Ruf zwischen 8 und 9 Uhr an und nenn in den ersten zwanzig Sekunden eine Zahl.",
    "evidence": ["2.271 Kontaktversuche bei 240 Vertriebsleitern, Stand 3. Juni 2025"],
}
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'><b>fett</b> **fett** [x](https://x.y)"
)
ATTACK = {
    "kind": "persona",
    "language": "de",
    "text": HOSTILE,
    "reasons": [HOSTILE],
    "next_step": HOSTILE,
    "card": {"title": HOSTILE, "subtitle": HOSTILE, "facts": [{"label": HOSTILE, "value": HOSTILE, "share": 7.5}]},
    "table": {"caption": HOSTILE, "columns": [HOSTILE], "rows": [[HOSTILE]]},
    "choices": [{"label": HOSTILE, "send": HOSTILE}],
    "evidence": [HOSTILE],
}


def reply(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands in Rasa's place says: the answer whose name is in the message."""
    said = message["message"].lower()
    for word, answer in (("weber", MATCH), ("meier", CHOICES), ("vertriebsleiter", APPROACH), ("angriff", ATTACK)):
        if word in said:
            return [{"custom": answer}]
    if drawn := shape(said):
        return [{"custom": drawn}]
    if said.startswith("/give_feedback"):
        return [{"text": "Danke, das freut mich."}]
    return [{"text": f"Du hast gesagt: {message['message']}"}]


@pytest.fixture(scope="module")  # not longer: while it lives, no asynchronous test can run
def chromium() -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def gateway(shared_gateway: tuple[str, Any]) -> str:
    """The gateway's URL."""
    return shared_gateway[0]


@pytest.fixture
def rasa(shared_gateway: tuple[str, Any]) -> Any:
    """What stands in Rasa's place: `reply` speaks, nothing has been received."""
    place = shared_gateway[1]
    place.reply, place.delay_seconds, place.received = reply, 0.0, []
    return place


@pytest.fixture
def context(chromium: Browser, gateway: str, rasa: Any) -> Iterator[BrowserContext]:
    """A German browser without a past."""
    context = chromium.new_context(base_url=gateway, locale="de-DE")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, gateway: str) -> Iterator[Page]:
    """The page, watched: a violated policy, a script error or a request to elsewhere fails the test."""
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if is_trouble(message.text) else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.append(request.url) if is_foreign(request.url, gateway) else None)
    page.goto("/")
    page.get_by_test_id("login-name").wait_for()
    yield page
    assert page.evaluate("window.hacked") is None
    assert troubles == []


@pytest.fixture
def talk(page: Page) -> Page:
    """The page with Anna logged in."""
    log_in(page)
    return page


def log_in(page: Page) -> None:
    fill_login(page)
    page.get_by_test_id("chat-input").wait_for()


def fill_login(page: Page, name: str = NAME) -> None:
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()


def weighed(context: BrowserContext) -> Callable[[], int]:
    """Tells how many bytes the bodies had, packed as they came, that pages of `context` have fetched since."""
    requests: list[Request] = []
    context.on("requestfinished", lambda request: requests.append(request))  # Playwright marks the function
    return lambda: sum(request.sizes()["responseBodySize"] for request in requests)


def is_trouble(text: str) -> bool:
    signs = ("Content Security Policy", "Content-Security-Policy", "TrustedHTML", "Uncaught")
    return any(sign in text for sign in signs)


def is_foreign(url: str, gateway: str) -> bool:
    return not url.startswith((gateway, "data:"))


@pytest.fixture(scope="session")
def embedding(tmp_path_factory: pytest.TempPathFactory, furnished_store: Path) -> Iterator[HostPage]:
    """A page of another origin with the widget in it, and the gateway that allows it."""
    var = tmp_path_factory.mktemp("embedding")
    port = free_port()
    origin = f"http://localhost:{port}"
    known = new_installation(var, furnished_store, embed_origins=origin, embed_secret=EMBED_SECRET)
    place = RasaPlace(known.rasa_port)
    with served(place.app(), place.port), served(create_app(known), free_port()) as gateway:
        host = HostPage(f"http://localhost:{port}", gateway, place, known)
        with served(host.app(), port):
            yield host


@pytest.fixture
def host(embedding: HostPage) -> HostPage:
    """The page of another origin, as at first: Anna is there, Rasa answers by `reply`."""
    embedding.user, embedding.claims = NAME, {}
    embedding.rasa.reply, embedding.rasa.delay_seconds, embedding.rasa.received = reply, 0.0, []
    return embedding


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, host: HostPage) -> Iterator[Opener]:
    """Opens a page of the host, watched: a violated policy, a script error or a foreign request fails the test.

    Options are those of a browser context, `context` one that is there already.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []
    pages: list[Page] = []

    def open_one(path: str = INLINE, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = chromium.new_context(**{"locale": "de-DE", **options})
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LONGEST_WAIT_MS)
        pages.append(page)
        page.on("console", lambda message: troubles.append(message.text) if is_trouble(message.text) else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: troubles.append(asked.url) if not host.knows(asked.url) else None)
        page.goto(host.url + path)
        return page

    yield open_one
    hacked = [page.evaluate("window.hacked") for page in pages if not page.is_closed()]
    for context in contexts:
        context.close()
    assert hacked == [None] * len(hacked)
    assert troubles == []


@pytest.fixture
def widget(open_page: Opener) -> Page:
    """The widget in the page of another origin that vouches for Anna."""
    page = open_page()
    page.get_by_test_id("welcome").wait_for()
    return page


def say(page: Page, words: str) -> Locator:
    """Types `words`, sends them by Enter, and returns the answer that follows."""
    answers = page.get_by_test_id("answer")
    before = answers.count()
    send(page, words)
    answers.nth(before).wait_for()
    return answers.nth(before)


def send(page: Page, words: str) -> None:
    """Types `words` and sends them by Enter."""
    page.get_by_test_id("chat-input").fill(words)
    page.get_by_test_id("chat-input").press("Enter")
