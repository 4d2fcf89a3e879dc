"""The widget's line to the server: reloads, tabs, a server that is slow, fails or is gone, logins that end."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.bot.web.conftest import INLINE, NAME, PASSWORD, Opener, log_in, say, send
from tests.bot.web.host import HostPage

pytestmark = pytest.mark.browser

CHAT = "**/api/chat"
STORED = "JSON.stringify([{...sessionStorage}, {...localStorage}])"


def failing(page: Page, *fates: Callable[[Route], None]) -> list[str]:
    """Lets the first requests of the chat meet `fates`, the others through; returns the ids of all, as they come."""
    ids: list[str] = []
    waiting = list(fates)

    def meet(route: Route) -> None:
        ids.append(json.loads(route.request.post_data or "{}")["id"])
        (waiting.pop(0) if waiting else Route.continue_)(route)

    page.route(CHAT, meet)
    return ids


def refused(status: int, retry_after: int = 1) -> Callable[[Route], None]:
    headers = {
        "Retry-After": str(retry_after),
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "*",
    }
    return lambda route: route.fulfill(status=status, headers=headers, json={"message": "Gerade nicht."})


def back_online(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def asked(host: HostPage) -> list[tuple[str, str]]:
    """What reached the assistant: conversation and message."""
    return [(message["sender"], message["message"]) for message in host.rasa.received]


def test_the_conversation_survives_a_reload(widget: Page, host: HostPage) -> None:
    say(widget, "Eva Weber")
    widget.reload()
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    expect(widget.locator(".user-message-text")).to_have_text(["Eva Weber"])
    say(widget, "vertriebsleiter")
    (first, _), (second, words) = asked(host)
    assert first == second
    assert words == "vertriebsleiter"


def test_a_second_tab_joins_the_conversation_and_both_go_on(widget: Page, host: HostPage, open_page: Opener) -> None:
    say(widget, "Eva Weber")
    second = open_page(INLINE, widget.context)
    expect(second.get_by_test_id("answer-card")).to_be_visible()
    say(second, "vertriebsleiter")
    expect(widget.get_by_test_id("answer-table")).to_be_visible()
    expect(widget.locator(".user-message-text")).to_have_text(["Eva Weber", "vertriebsleiter"])
    say(widget, "meier")
    expect(second.get_by_test_id("answer")).to_have_count(3)
    assert len({sender for sender, _ in asked(host)}) == 1


def test_a_new_conversation_begins_in_all_tabs(widget: Page, host: HostPage, open_page: Opener) -> None:
    say(widget, "eins")
    second = open_page(INLINE, widget.context)
    expect(second.get_by_test_id("answer")).to_have_count(1)
    widget.get_by_test_id("new-talk").click()
    expect(second.get_by_test_id("answer")).to_have_count(0)
    say(second, "zwei")
    expect(widget.get_by_test_id("answer")).to_have_count(1)
    first, last = asked(host)
    assert first[0] != last[0]


def test_logout_leaves_nothing_behind_in_any_tab(widget: Page, open_page: Opener) -> None:
    say(widget, "Eva Weber")
    second = open_page(INLINE, widget.context)
    expect(second.get_by_test_id("answer")).to_have_count(1)
    widget.get_by_test_id("logout").click()
    for page in (widget, second):
        expect(page.get_by_test_id("login-form")).to_be_visible()
        assert page.evaluate(STORED) == "[{},{}]"
        assert "Weber" not in page.content()


def test_who_comes_next_sees_nothing_of_who_was_there(widget: Page, host: HostPage) -> None:
    say(widget, "Eva Weber")
    host.user = "berta"
    widget.reload()
    expect(widget.get_by_test_id("welcome")).to_be_visible()
    expect(widget.get_by_test_id("answer")).to_have_count(0)
    assert "Weber" not in widget.evaluate(STORED)


def test_what_is_kept_of_a_long_conversation_is_bounded(widget: Page) -> None:
    say(widget, "Hallo")
    widget.evaluate(
        """() => {
            const { memory } = document.querySelector("persona-bot");
            const label = "x".repeat(20000);
            for (let i = 0; i < 50; i++) memory.keep({ id: `t${i}`, label, state: "answered", answers: [] });
        }"""
    )
    turns = json.loads(widget.evaluate("sessionStorage.getItem('personabot-talk')"))["talk"]["turns"]
    assert [turn["id"] for turn in turns][-1] == "t49"
    assert len(json.dumps(turns)) < 400_000


def test_offline_a_message_waits_in_sight_and_goes_out_once(widget: Page, host: HostPage) -> None:
    widget.context.set_offline(True)
    send(widget, "Eva Weber")
    expect(widget.get_by_test_id("turn-note")).to_contain_text("Du bist offline. Deine Nachricht wartet")
    expect(widget.get_by_test_id("spoken")).to_contain_text("Du bist offline")
    widget.context.set_offline(False)
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    assert len(host.rasa.received) == 1


def test_a_failing_server_is_asked_once_more_under_the_same_name(widget: Page, host: HostPage) -> None:
    ids = failing(widget, refused(503))
    send(widget, "Eva Weber")
    expect(widget.get_by_test_id("turn-note")).to_contain_text("Deine Nachricht wartet")
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert len(host.rasa.received) == 1


def test_a_message_that_fails_twice_is_still_there_to_be_sent(widget: Page, host: HostPage) -> None:
    ids = failing(widget, refused(502), refused(502))
    send(widget, "Eva Weber")
    again = widget.get_by_test_id("send-again")
    again.wait_for()
    assert host.rasa.received == []
    widget.reload()
    again.click()
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    expect(widget.locator(".user-message-text")).to_have_count(1)
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_an_answer_that_is_lost_on_the_way_does_not_double_the_message(widget: Page, host: HostPage) -> None:
    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    ids = failing(widget, lost)
    send(widget, "Eva Weber")
    widget.get_by_test_id("turn-note").wait_for()
    back_online(widget)
    expect(widget.get_by_test_id("answer")).to_have_count(1)
    # the assistant knows by the name that both are one message (tests/bot/assistant/test_once.py)
    assert {message["metadata"]["message"] for message in host.rasa.received} == set(ids)
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_slow_answer_is_said_to_take_longer(widget: Page) -> None:
    held: list[Route] = []
    widget.clock.install()
    failing(widget, held.append)
    send(widget, "Eva Weber")
    expect(widget.get_by_test_id("typing")).to_be_visible()
    widget.clock.fast_forward(5_000)
    expect(widget.get_by_test_id("turn-note")).to_contain_text("Das dauert etwas länger")
    held[0].continue_()
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    expect(widget.get_by_test_id("turn-note")).to_have_count(0)


def test_an_answer_that_takes_a_moment_comes_by_itself(widget: Page) -> None:
    ids = failing(widget, refused(202))
    send(widget, "Eva Weber")
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_reload_before_the_answer_sends_the_same_message_again(widget: Page) -> None:
    ids = failing(widget, lambda route: None)
    send(widget, "Eva Weber")
    widget.get_by_test_id("typing").wait_for()
    widget.reload()
    expect(widget.get_by_test_id("answer-card")).to_be_visible()
    expect(widget.locator(".user-message-text")).to_have_text(["Eva Weber"])
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_messages_typed_meanwhile_go_out_in_their_order(widget: Page, host: HostPage) -> None:
    host.rasa.delay_seconds = 0.2
    for words in ("eins", "zwei", "drei"):
        send(widget, words)
    expect(widget.get_by_test_id("answer-text")).to_have_text(
        [f"Du hast gesagt: {n}" for n in ("eins", "zwei", "drei")]
    )
    assert [words for _, words in asked(host)] == ["eins", "zwei", "drei"]


def test_a_login_that_ends_is_renewed_by_the_page_unnoticed(widget: Page) -> None:
    ids = failing(widget, refused(401))
    say(widget, "Eva Weber")
    assert len(ids) == 2
    assert len(set(ids)) == 1
    expect(widget.get_by_test_id("login-form")).to_have_count(0)


def test_a_login_that_ends_leads_to_the_login_and_back_to_the_talk(open_page: Opener, host: HostPage) -> None:
    page = open_page("/?mode=inline")
    log_in(page)
    say(page, "meier")
    ids = failing(page, refused(401))
    send(page, "Eva Weber")
    expect(page.get_by_test_id("login-error")).to_contain_text("Deine Anmeldung ist abgelaufen")
    assert "Weber" not in page.evaluate(STORED)
    log_in(page)
    expect(page.get_by_test_id("answer-card")).to_be_visible()
    expect(page.locator(".user-message-text")).to_have_text(["meier", "Eva Weber"])
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_on_our_own_page_too_a_login_that_ends_leads_back_to_the_talk(talk: Page, rasa: Any) -> None:
    say(talk, "meier")
    talk.context.clear_cookies()
    send(talk, "Eva Weber")
    expect(talk.get_by_test_id("login-error")).to_contain_text("Deine Anmeldung ist abgelaufen")
    log_in(talk)
    expect(talk.get_by_test_id("answer-card")).to_be_visible()
    expect(talk.locator(".user-message-text")).to_have_text(["meier", "Eva Weber"])
    assert [message["message"] for message in rasa.received] == ["meier", "Eva Weber"]


def test_people_are_warned_before_their_login_ends_and_led_back_to_the_talk_when_it_has(
    chromium: Browser, open_page: Opener
) -> None:
    context = chromium.new_context(locale="de-DE")
    context.clock.install()
    page = open_page("/?mode=inline", context=context)
    log_in(page)
    say(page, "meier")
    warning = page.get_by_test_id("session-ends")
    expect(warning).to_be_hidden()
    context.clock.fast_forward(timedelta(hours=11, minutes=56) // timedelta(milliseconds=1))
    expect(warning).to_have_text(re.compile(r"Deine Anmeldung endet um \d\d:\d\d Uhr"))
    expect(page.get_by_test_id("spoken")).to_contain_text("Deine Anmeldung endet um")
    page.route("**/api/me", refused(401))
    context.clock.fast_forward(timedelta(minutes=5) // timedelta(milliseconds=1))
    expect(page.get_by_test_id("login-error")).to_contain_text("Deine Anmeldung ist abgelaufen")
    expect(warning).to_be_hidden()
    log_in(page)
    expect(page.locator(".user-message-text")).to_have_text(["meier"])
    context.close()


def test_another_person_who_logs_in_does_not_inherit_the_message(open_page: Opener, host: HostPage) -> None:
    page = open_page("/?mode=inline")
    log_in(page)
    failing(page, refused(401))
    send(page, "Eva Weber")
    page.get_by_test_id("login-error").wait_for()
    page.get_by_test_id("login-name").fill("berta")
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("welcome")).to_be_visible()
    expect(page.locator(".user-message-text")).to_have_count(0)
    assert host.rasa.received == []


def test_a_server_that_is_gone_at_the_start_can_be_tried_again(open_page: Opener) -> None:
    page = open_page("/?mode=corner&token=1")
    page.route("**/api/embed", lambda route: route.abort())
    page.get_by_test_id("opener").click()
    expect(page.get_by_role("alert")).to_contain_text("Ich erreiche den Server nicht.")
    page.unroute("**/api/embed")
    page.get_by_role("button", name="Noch einmal versuchen").click()
    expect(page.get_by_test_id("welcome")).to_be_visible()


def test_a_page_that_vouches_for_nobody_leaves_the_login_to_the_widget(open_page: Opener, host: HostPage) -> None:
    host.user = None
    page = open_page()
    expect(page.get_by_test_id("login-form")).to_be_visible()
    host.user = NAME
