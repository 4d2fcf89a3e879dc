"""Our own page with the widget in it: the page's cookie is its login, and page and widget are of one piece."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bot.web.conftest import HOSTILE, NAME, PASSWORD, say

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_said_and_the_right_one_leads_to_the_chat(page: Page) -> None:
    page.get_by_test_id("login-name").fill(NAME)
    page.get_by_test_id("login-password").fill("falsch")
    page.get_by_test_id("login-password").press("Enter")
    expect(page.get_by_test_id("login-error")).to_contain_text("Name oder Passwort stimmen nicht.")
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("welcome")).to_contain_text("Hallo!")
    expect(page.get_by_test_id("user-name")).to_have_text(NAME)
    expect(page.get_by_test_id("login-form")).to_be_hidden()


def test_a_reload_stays_logged_in_and_keeps_the_talk_and_logout_ends_both(talk: Page) -> None:
    say(talk, "Eva Weber")
    talk.reload()
    expect(talk.get_by_test_id("answer-card")).to_be_visible()
    talk.get_by_test_id("logout").click()
    expect(talk.get_by_test_id("login-form")).to_be_visible()
    assert talk.evaluate("Object.keys(sessionStorage)") == []
    talk.reload()
    expect(talk.get_by_test_id("login-form")).to_be_visible()
    expect(talk.locator("deep-chat")).to_have_count(0)


def test_answers_of_every_kind_obey_the_pages_own_policy(talk: Page) -> None:
    expect(say(talk, "Eva Weber").get_by_test_id("answer-card")).to_be_visible()
    expect(say(talk, "Balken").locator(".picture svg")).to_be_visible()
    expect(say(talk, "angriff").get_by_test_id("answer-text")).to_have_text(HOSTILE)
    with talk.expect_download() as download:
        say(talk, "vertriebsleiter").get_by_test_id("answer-csv").click()
    assert download.value.suggested_filename == "persona-bot-approach.csv"


def test_an_example_of_the_welcome_can_be_pressed(talk: Page, rasa: Any) -> None:
    talk.get_by_test_id("welcome").get_by_text("Wie erreiche ich einen Vertriebsleiter?").click()
    expect(talk.get_by_test_id("answer-table")).to_be_visible()
    assert rasa.received[0]["message"] == "Wie erreiche ich einen Vertriebsleiter?"


def test_when_rasa_is_slow_the_page_says_so_and_can_ask_again(talk: Page, rasa: Any) -> None:
    rasa.delay_seconds = 3
    answer = say(talk, "Eva Weber")
    expect(answer).to_have_attribute("data-kind", "error")
    rasa.delay_seconds = 0
    answer.get_by_test_id("choice").click()
    expect(talk.get_by_test_id("answer").nth(1)).to_have_attribute("data-kind", "match")


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


def test_screen_readers_hear_the_answer(talk: Page) -> None:
    say(talk, "Eva Weber")
    expect(talk.get_by_test_id("spoken")).to_have_text(re.compile("Eva Weber passt zu Persona 2.*Firmengröße"))


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
