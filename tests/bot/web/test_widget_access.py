"""The widget for everyone: axe-core finds nothing, the keyboard suffices, and it fits any width, zoom and liking."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.bot.web.conftest import INLINE, NAME, PASSWORD, Opener, say, send
from tests.bot.web.host import HostPage

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_SHAPE = [
    "Eva Weber",
    "meier",
    "vertriebsleiter",
    "Vergleich",
    "Datei",
    "balken",
    "raten",
    "wert",
    "wandel",
    "raster",
]
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3 (AA)
# of the number in each cell of a grid to its ground, which axe-core does not look at in a drawing
CONTRASTS = """drawing => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const luminance = (element) => {
        const [red, green, blue] = getComputedStyle(element).fill.match(/[0-9.]+/g).map((part) => linear(part / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const numbers = [...drawing.querySelectorAll('.mark-text.role-mark text')];
    return [...drawing.querySelectorAll('.mark-rect.role-mark path')].map((cell, place) => {
        const [low, high] = [luminance(cell), luminance(numbers[place])].sort((one, other) => one - other);
        return (high + 0.05) / (low + 0.05);
    });
}"""
SHADOW = "document.querySelector('persona-bot').shadowRoot"
FOCUSED = """() => {
    let inner = document.activeElement;
    while (inner?.shadowRoot?.activeElement) inner = inner.shadowRoot.activeElement;
    return inner?.dataset?.testid ?? inner?.getAttribute("aria-label") ?? inner?.id ?? "";
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds in the widget, WCAG 2.2 AA and good practice."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run('persona-bot', { runOnly: tags, resultTypes: ['violations'] })", WCAG
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def unfold(page: Page) -> None:
    """Opens all that is folded."""
    for why in page.get_by_test_id("answer-why").all():
        why.click()
    for numbers in page.get_by_text("Zahlen als Tabelle").all():
        numbers.click()


@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_answer(open_page: Opener, scheme: str, width: int) -> None:
    page = open_page(INLINE, color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 800})
    page.get_by_test_id("welcome").wait_for()
    for words in EVERY_SHAPE:
        say(page, words)
    expect(page.locator(".picture svg")).to_have_count(5)
    contrasts = page.get_by_test_id("answer").last.locator(".picture svg").evaluate(CONTRASTS)
    assert len(contrasts) == 12
    assert min(contrasts) >= LEAST_CONTRAST
    assert violations(page) == []
    unfold(page)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_and_beside_the_talk(open_page: Opener, host: HostPage, scheme: str) -> None:
    page = open_page("/?mode=corner", color_scheme=scheme)
    page.get_by_test_id("opener").wait_for()
    assert violations(page) == []
    page.get_by_test_id("opener").click()
    page.get_by_test_id("login-name").fill(NAME)
    page.get_by_test_id("login-password").fill("falsch")
    page.keyboard.press("Enter")
    page.get_by_test_id("login-error").wait_for()
    assert violations(page) == []
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_test_id("welcome").wait_for()
    page.route("**/api/chat", lambda route: route.fulfill(status=422, json={"message": "So nicht."}))
    say(page, "Hallo")
    page.unroute("**/api/chat")
    page.route("**/api/chat", lambda route: None)
    send(page, "Und jetzt?")
    page.get_by_test_id("typing").wait_for()
    assert violations(page) == []


def test_everything_can_be_done_by_keyboard(open_page: Opener, host: HostPage) -> None:
    page = open_page("/?mode=corner")
    page.get_by_test_id("opener").wait_for()
    keys = page.keyboard
    keys.press("Tab")
    assert page.evaluate(FOCUSED) == "opener"
    keys.press("Enter")
    expect(page.get_by_test_id("login-name")).to_be_focused()
    keys.type(NAME)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_test_id("chat-input")).to_be_focused()
    keys.type("meier")
    keys.press("Enter")
    page.get_by_test_id("answer").wait_for()
    back_to(page, "choice")
    keys.press("Enter")
    expect(page.get_by_test_id("answer")).to_have_count(2)
    page.get_by_test_id("chat-input").focus()
    keys.type("Eva Weber")
    keys.press("Enter")
    expect(page.get_by_test_id("answer")).to_have_count(3)
    back_to(page, "answer-praise")
    keys.press("Space")
    expect(page.get_by_test_id("answer-thanks").last).to_have_text("Danke, das freut mich.")
    back_to(page, "answer-why")
    keys.press("Enter")
    expect(page.get_by_test_id("answer-evidence").last).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_test_id("opener")).to_be_focused()
    assert [message["message"] for message in host.rasa.received][:3:2] == ["meier", "Eva Weber"]


def back_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} cannot be reached")


def test_focus_goes_through_the_widget_in_the_order_of_reading(widget: Page) -> None:
    say(widget, "Eva Weber")
    widget.evaluate(f"{SHADOW}.querySelector('[data-testid=new-talk]').focus()")
    order = []
    for _ in range(16):
        order.append(widget.evaluate(FOCUSED))
        widget.keyboard.press("Tab")
    parts = [name for name in order if name != "choice"]
    assert parts == [
        *("new-talk", "language-de", "language-en", "logout"),
        *("Gespräch mit Persona Bot", "answer-why", "answer-copy", "answer-praise", "answer-blame"),
        *("chat-input",),
        *parts[10:],
    ]


def test_screen_readers_hear_the_answer_and_know_every_control(widget: Page) -> None:
    say(widget, "Eva Weber")
    spoken = widget.get_by_test_id("spoken")
    expect(spoken).to_contain_text("Eva Weber passt zu Persona 2")
    expect(spoken).to_contain_text("Frag nach der Firmengröße")
    expect(spoken).to_have_attribute("aria-live", "polite")
    expect(widget.get_by_role("textbox", name="Stell mir eine Frage")).to_be_visible()
    for name in ("Senden", "Neues Gespräch", "Abmelden", "Antwort kopieren", "Das war hilfreich"):
        expect(widget.get_by_role("button", name=name, exact=True)).to_be_visible()
    languages = widget.get_by_role("group", name="Sprache")
    expect(languages.get_by_role("button", name="DE, Deutsch", pressed=True)).to_be_visible()
    expect(widget.get_by_role("log", name="Gespräch mit Persona Bot")).to_be_visible()


def test_a_chart_has_a_name_and_its_numbers_are_a_table(widget: Page) -> None:
    answer = say(widget, "Balken")
    expect(answer.get_by_role("img", name="Wie groß die Personas sind (n = 5.000)")).to_be_visible()
    answer.get_by_text("Zahlen als Tabelle").press("Enter")
    expect(answer.get_by_role("row")).to_have_count(5)


@pytest.mark.parametrize("mode", ["corner", "inline"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_cut_off_at_any_width(open_page: Opener, width: int, mode: str) -> None:
    page = open_page(f"/?mode={mode}&token=1", viewport={"width": width, "height": 640})
    if mode == "corner":
        page.get_by_test_id("opener").click()
    page.get_by_test_id("welcome").wait_for()
    answers = [say(page, words) for words in ("x" * 300, "vertriebsleiter", "Balken", "Eva Weber")]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for answer in answers:
        box = answer.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    for name in ("chat-send", "new-talk", "language-en", "logout"):
        expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)


def test_at_200_percent_zoom_everything_is_still_there(open_page: Opener) -> None:
    # zoom halves what a page calls a pixel: 1280 × 800 at 200 % is 640 × 400
    page = open_page("/?mode=corner&token=1", viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page.get_by_test_id("opener").click()
    page.get_by_test_id("welcome").wait_for()
    answer = say(page, "Eva Weber")
    expect(page.get_by_test_id("chat-input")).to_be_in_viewport(ratio=1)
    answer.get_by_test_id("answer-blame").scroll_into_view_if_needed()
    expect(answer.get_by_test_id("answer-blame")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("size", ["32px"])
def test_people_who_set_larger_letters_get_them(chromium: Browser, open_page: Opener, size: str) -> None:
    page = open_page(viewport={"width": 800, "height": 800})
    page.get_by_test_id("welcome").wait_for()
    page.evaluate(f"document.querySelector('persona-bot').shadowRoot.querySelector('.root').style.fontSize = '{size}'")
    answer = say(page, "Eva Weber")
    assert font_size(answer.get_by_test_id("answer-text")) > 32
    assert page.evaluate("document.documentElement.scrollWidth") <= 800


def font_size(element: Locator) -> float:
    return float(element.evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))


def test_who_wants_less_motion_gets_none(open_page: Opener) -> None:
    page = open_page(reduced_motion="reduce")
    page.get_by_test_id("welcome").wait_for()
    page.route("**/api/chat", lambda route: None)
    send(page, "Eva Weber")
    dot = page.get_by_test_id("typing").locator("i").first
    assert dot.evaluate("element => getComputedStyle(element).animationName") == "none"


def test_forced_colours_keep_controls_and_bars_in_sight(open_page: Opener) -> None:
    page = open_page(forced_colors="active")
    page.get_by_test_id("welcome").wait_for()
    answer = say(page, "Eva Weber")
    bar = answer.get_by_test_id("answer-bar").first
    assert bar.evaluate("element => getComputedStyle(element).borderTopWidth") == "1px"
    send_button = page.get_by_test_id("chat-send")
    assert send_button.evaluate("element => getComputedStyle(element).borderTopWidth") != "0px"


def test_light_and_dark_can_be_set_by_the_tag(open_page: Opener) -> None:
    page = open_page("/?mode=inline&token=1&theme=dark", color_scheme="light")
    page.get_by_test_id("welcome").wait_for()
    panel = page.get_by_test_id("panel")
    ground = "element => getComputedStyle(element).backgroundColor"
    assert panel.evaluate(ground) == "rgb(16, 23, 25)"
    page.evaluate("document.querySelector('persona-bot').setAttribute('theme', 'light')")
    assert panel.evaluate(ground) == "rgb(244, 246, 247)"


def test_an_english_browser_is_greeted_in_english(open_page: Opener) -> None:
    page = open_page(locale="en-GB")
    expect(page.get_by_test_id("welcome")).to_contain_text("Hello!")


def test_the_tag_may_name_the_language(open_page: Opener) -> None:
    page = open_page("/?mode=inline&token=1&language=en")
    expect(page.get_by_test_id("welcome")).to_contain_text("Hello!")


def test_switching_the_language_reaches_all_words_and_the_assistant_and_is_remembered(
    widget: Page, host: HostPage
) -> None:
    widget.get_by_test_id("language-en").click()
    expect(widget.get_by_test_id("welcome")).to_contain_text("Hello!")
    expect(widget.get_by_test_id("chat-input")).to_have_attribute("aria-label", "Ask me a question")
    languages = widget.get_by_role("group", name="Language")
    expect(languages.get_by_role("button", name="EN, English", pressed=True)).to_have_attribute("lang", "en")
    expect(languages.get_by_role("button", name="DE, Deutsch", pressed=False)).to_have_attribute("lang", "de")
    answer = say(widget, "hi")
    assert host.rasa.received[0]["metadata"]["language"] == "en"
    expect(answer).to_be_visible()
    widget.reload()
    expect(widget.get_by_test_id("welcome")).to_contain_text("Hello!")


def test_the_words_around_an_answer_are_in_its_language(widget: Page) -> None:
    widget.get_by_test_id("language-en").click()
    answer = say(widget, "Eva Weber")
    expect(answer.get_by_role("button", name="Warum?")).to_be_visible()
    assert answer.get_attribute("lang") == "de"
