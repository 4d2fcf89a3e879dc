"""The page in a real browser: log in, ask, press, and nothing that people or data say becomes code."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

NAME = "anna"
PASSWORD = "leuchtturm-gabel-november"
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'><b>fett</b> **fett** [x](https://x.y)"
)


def say(page: Page, words: str) -> Locator:
    """Types `words`, sends them by Enter, and returns the answer that follows."""
    answers = page.get_by_test_id("answer")
    before = answers.count()
    page.get_by_test_id("chat-input").fill(words)
    page.get_by_test_id("chat-input").press("Enter")
    answers.nth(before).wait_for()
    return answers.nth(before)


def test_a_wrong_password_is_said_and_the_right_one_leads_to_the_chat(page: Page) -> None:
    page.get_by_test_id("login-name").fill(NAME)
    page.get_by_test_id("login-password").fill("falsch")
    page.get_by_test_id("login-password").press("Enter")
    expect(page.get_by_test_id("login-error")).to_have_text(
        "Name oder Passwort stimmen nicht. Prüf beides und versuch es noch einmal."
    )
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("welcome")).to_contain_text("Hallo!")
    expect(page.get_by_test_id("user-name")).to_have_text(NAME)
    expect(page.get_by_test_id("login-form")).to_be_hidden()


def test_a_reload_stays_logged_in_and_logout_ends_it(talk: Page) -> None:
    talk.reload()
    expect(talk.get_by_test_id("welcome")).to_be_visible()
    talk.get_by_test_id("logout").click()
    expect(talk.get_by_test_id("login-form")).to_be_visible()
    talk.reload()
    expect(talk.get_by_test_id("login-form")).to_be_visible()
    expect(talk.locator("deep-chat")).to_have_count(0)


def test_an_answer_shows_all_its_parts(talk: Page) -> None:
    answer = say(talk, "Welche Persona passt zu Eva Weber?")
    expect(answer).to_have_attribute("data-kind", "match")
    expect(answer).to_have_attribute("lang", "de")
    expect(answer.get_by_test_id("answer-text")).to_contain_text("Eva Weber passt zu Persona 2")
    expect(answer.get_by_test_id("answer-card").get_by_role("heading")).to_have_text("Einkaufsleitung im Maschinenbau")
    expect(answer.get_by_test_id("answer-fact")).to_have_text(["78 %", "17 %", "5 %"])
    widths = answer.get_by_test_id("answer-bar").locator("i").evaluate_all("bars => bars.map(bar => bar.style.width)")
    assert widths == ["78%", "17%", "5%"]
    expect(answer.get_by_test_id("answer-reasons").get_by_role("listitem")).to_have_count(3)
    expect(answer.get_by_test_id("answer-next-step")).to_contain_text("Frag nach der Firmengröße")
    expect(answer.get_by_test_id("choice")).to_have_count(2)


def test_evidence_is_folded_until_wanted(talk: Page) -> None:
    evidence = say(talk, "Eva Weber").get_by_test_id("answer-evidence")
    expect(evidence.get_by_role("listitem").first).to_be_hidden()
    evidence.get_by_text("Worauf das beruht").click()
    expect(evidence.get_by_role("listitem").first).to_have_text("5.000 Kontakte, Stand 3. Juni 2025")


def test_a_table_has_headings_and_rows(talk: Page) -> None:
    table = say(talk, "Wie erreiche ich einen Vertriebsleiter?").get_by_test_id("answer-table")
    expect(table.get_by_role("columnheader")).to_have_text(["Kanal", "Antwortrate", "95-%-Bereich", "Kontaktversuche"])
    expect(table.get_by_role("row")).to_have_count(5)
    expect(table.get_by_role("row").nth(1).get_by_role("cell")).to_have_text(["Telefon", "42 %", "38–46 %", "612"])


def test_pressing_a_choice_says_its_label_and_sends_its_payload_once(talk: Page, rasa: Any) -> None:
    choices = say(talk, "meier").get_by_test_id("choice")
    choices.nth(1).click()
    expect(talk.locator(".user-message-text").last).to_have_text("Eva Meier, Müller GmbH & Co. KG")
    expect(talk.get_by_test_id("answer")).to_have_count(2)
    assert [message["message"] for message in rasa.received] == ["meier", '/choose_option{"ordinal": "2"}']


def test_options_that_are_over_can_no_longer_be_pressed(talk: Page) -> None:
    choices = say(talk, "meier").get_by_test_id("choice")
    expect(choices.first).to_be_enabled()
    say(talk, "doch lieber Eva Weber")
    expect(choices.first).to_be_disabled()


def test_an_example_of_the_welcome_can_be_pressed(talk: Page, rasa: Any) -> None:
    talk.get_by_test_id("welcome").get_by_text("Wie erreiche ich einen Vertriebsleiter?").click()
    expect(talk.get_by_test_id("answer-table")).to_be_visible()
    assert rasa.received[0]["message"] == "Wie erreiche ich einen Vertriebsleiter?"


def test_hostile_data_stay_text_everywhere(talk: Page) -> None:
    answer = say(talk, "angriff")
    expect(answer.get_by_test_id("answer-text")).to_have_text(HOSTILE)
    expect(answer.get_by_test_id("answer-card").get_by_role("heading")).to_have_text(HOSTILE)
    expect(answer.get_by_test_id("answer-table").get_by_role("cell")).to_have_text(HOSTILE)
    expect(answer.get_by_test_id("choice")).to_have_text(HOSTILE)
    assert answer.evaluate("answer => answer.querySelectorAll('script, img, b, strong, a').length") == 0


@pytest.mark.parametrize(
    "words", [HOSTILE, "<persona-answer data-key=0>", "# Titel", "* a\n* b", "`x`", "![x](/y)", "&lt;"]
)
def test_what_people_type_is_shown_as_they_typed_it(talk: Page, words: str) -> None:
    say(talk, words)
    said = talk.locator(".user-message-text").last
    assert said.evaluate("element => element.textContent.trim()") == words
    assert said.evaluate("element => element.querySelectorAll(':not(p):not(br)').length") == 0


def test_when_rasa_is_slow_the_page_says_so_and_can_ask_again(talk: Page, rasa: Any) -> None:
    rasa.delay_seconds = 3
    answer = say(talk, "Eva Weber")
    expect(answer).to_have_attribute("data-kind", "error")
    rasa.delay_seconds = 0
    answer.get_by_test_id("choice").click()
    expect(talk.get_by_test_id("answer").nth(1)).to_have_attribute("data-kind", "match")


def test_when_the_server_is_gone_the_page_says_so(talk: Page) -> None:
    talk.route("**/api/chat", lambda route: route.abort())
    answer = say(talk, "Eva Weber")
    expect(answer.get_by_test_id("answer-text")).to_contain_text("Ich erreiche den Server nicht.")


def test_a_message_too_long_gets_a_sentence(talk: Page) -> None:
    answer = say(talk, "ä" * 2001)
    expect(answer.get_by_test_id("answer-text")).to_contain_text("höchstens 2000 Zeichen")


def test_an_ended_login_leads_back_to_the_form(talk: Page) -> None:
    talk.context.clear_cookies()
    talk.get_by_test_id("chat-input").fill("Hallo")
    talk.get_by_test_id("chat-input").press("Enter")
    expect(talk.get_by_test_id("login-error")).to_contain_text("Deine Anmeldung ist abgelaufen")


def test_the_language_can_be_switched_and_is_remembered(page: Page) -> None:
    expect(page.get_by_test_id("login-submit")).to_have_text("Anmelden")
    page.get_by_test_id("language-en").click()
    expect(page.get_by_test_id("login-submit")).to_have_text("Log in")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.reload()
    expect(page.get_by_test_id("login-submit")).to_have_text("Log in")


def test_switching_during_the_talk_reaches_rasa_and_the_welcome(talk: Page, rasa: Any) -> None:
    talk.get_by_test_id("language-en").click()
    expect(talk.get_by_test_id("welcome")).to_contain_text("Hello!")
    expect(talk.get_by_test_id("chat-input")).to_have_attribute("aria-label", "Ask me a question")
    say(talk, "hi")
    assert rasa.received[0]["metadata"]["language"] == "en"


def test_an_english_browser_is_greeted_in_english(chromium: Browser, gateway: str) -> None:
    with chromium.new_context(base_url=gateway, locale="en-GB") as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_test_id("login-submit")).to_have_text("Log in")


def test_a_new_conversation_starts_afresh(talk: Page, rasa: Any) -> None:
    say(talk, "eins")
    talk.get_by_test_id("new-talk").click()
    expect(talk.get_by_test_id("answer")).to_have_count(0)
    say(talk, "zwei")
    assert rasa.received[0]["sender"] != rasa.received[1]["sender"]


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_test_id("welcome").wait_for()
    expect(page.get_by_test_id("chat-input")).to_be_focused()
    page.keyboard.type("meier")
    page.keyboard.press("Enter")
    choice = page.get_by_test_id("answer").get_by_test_id("choice").first
    choice.wait_for()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if choice.evaluate("button => button.getRootNode().activeElement === button"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("answer")).to_have_count(2)


def test_screen_readers_hear_the_answer_and_know_every_control(talk: Page) -> None:
    say(talk, "Eva Weber")
    expect(talk.get_by_test_id("spoken")).to_have_text(re.compile("Eva Weber passt zu Persona 2.*Firmengröße"))
    expect(talk.get_by_role("textbox", name="Stell mir eine Frage")).to_be_visible()
    expect(talk.get_by_role("button", name="Senden")).to_be_visible()
    expect(talk.get_by_role("button", name="Neues Gespräch")).to_be_visible()
    expect(talk.get_by_role("button", name="Deutsch", pressed=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_is_cut_off_at_any_width(talk: Page, width: int) -> None:
    talk.set_viewport_size({"width": width, "height": 720})
    answer = say(talk, "Wie erreiche ich einen Vertriebsleiter?")
    say(talk, "x" * 300)
    assert talk.evaluate("document.documentElement.scrollWidth") <= width
    box = answer.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    expect(talk.get_by_test_id("chat-send")).to_be_in_viewport()
    expect(talk.get_by_test_id("logout")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_light_and_dark(talk: Page, scheme: Any) -> None:
    talk.emulate_media(color_scheme=scheme)
    answer = say(talk, "Eva Weber")
    for place in (
        answer.get_by_test_id("answer-text"),
        answer.locator(".part-title").first,
        answer.locator(".subtitle"),
        answer.get_by_test_id("choice").first,
        talk.locator(".user-message-text").last,
        talk.get_by_test_id("logout"),
        talk.get_by_test_id("language-de"),
    ):
        assert contrast(place) >= 4.5, place


def contrast(place: Locator) -> float:
    """The WCAG contrast of the element's colour against what it is painted on."""
    color, ground = place.evaluate(
        """element => {
            const opaque = (node) => {
                const color = getComputedStyle(node).backgroundColor;
                const parent = node.parentElement ?? node.getRootNode().host;
                return color === "rgba(0, 0, 0, 0)" && parent ? opaque(parent) : color;
            };
            return [getComputedStyle(element).color, opaque(element)];
        }"""
    )
    lighter, darker = sorted((luminance(color), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
