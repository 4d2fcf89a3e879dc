"""A person in a real Chromium: logs in, asks a core question, sees the answer, presses a button."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from persona_store.database import session_scope
from persona_store.database.models import Audit
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.product import Product, store_of

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ANSWER_MS = 15_000
PICTURES = os.environ.get("PERSONABOT_PICTURES")  # where to put the screenshots of the README, if wanted


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    context = browser.new_context(locale="de-DE", viewport={"width": 1120, "height": 860})
    page = context.new_page()
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if "Content Security" in message.text else None)
    page.goto(product.url)
    page.get_by_test_id("login-name").fill(USER)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    yield page
    context.close()
    assert violations == []


def _ask(page: Page, question: str) -> None:
    page.get_by_test_id("chat-input").fill(question)
    page.get_by_test_id("chat-input").press("Enter")


@pytest.mark.e2e
@pytest.mark.browser
def test_login_core_question_answer_and_button(page: Page) -> None:
    _ask(page, "Passt Frau Meier von Rosch zur Persona Geschäftsführer?")
    answer = page.get_by_test_id("answer").last
    expect(answer.get_by_test_id("answer-text")).to_contain_text("Sabine Meier", timeout=ANSWER_MS)
    expect(answer.get_by_test_id("answer-card")).to_be_visible()
    expect(answer.get_by_test_id("answer-reasons")).to_contain_text(re.compile(r"n = \d"))
    if PICTURES:
        page.wait_for_timeout(800)  # the new answer scrolls into view
        page.screenshot(path=str(Path(PICTURES) / "chat.png"))
    page.get_by_test_id("choice").filter(has_text="ansprechen").first.click()
    expect(page.get_by_test_id("answer").last.get_by_test_id("answer-text")).to_contain_text(
        re.compile("Versuche|Antwort"), timeout=ANSWER_MS
    )


@pytest.mark.e2e
@pytest.mark.browser
def test_personas_come_as_a_table(page: Page) -> None:
    _ask(page, "Welche Personas haben wir?")
    table = page.get_by_test_id("answer-table").last
    expect(table).to_contain_text("Geschäftsf", timeout=ANSWER_MS)


@pytest.mark.e2e
@pytest.mark.browser
def test_a_thumb_is_thanked_for_and_stored_with_the_kind_of_answer_it_is_for(page: Page, product: Product) -> None:
    _ask(page, "Welche Personas haben wir?")
    answer = page.get_by_test_id("answer").last
    expect(answer.get_by_test_id("answer-table")).to_be_visible(timeout=ANSWER_MS)
    answer.get_by_test_id("answer-blame").click()
    expect(answer.get_by_test_id("answer-thanks")).not_to_be_empty(timeout=ANSWER_MS)
    engine = store_of(product.environment)
    with session_scope(engine) as session:
        noted = session.execute(select(Audit.actor, Audit.detail).where(Audit.action == "feedback_blame")).all()
    engine.dispose()
    assert (USER, "personas") in noted


@pytest.mark.e2e
@pytest.mark.browser
def test_markup_in_a_question_stays_text(page: Page) -> None:
    _ask(page, "passt <img src=x onerror=document.title='hacked'> zu einer persona?")
    expect(page.get_by_test_id("answer").last.get_by_test_id("answer-text")).not_to_be_empty(timeout=ANSWER_MS)
    assert page.title() != "hacked"
