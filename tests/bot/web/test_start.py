"""The start page in a real browser: personas and state at a glance, account, invitation; for everybody who may."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import bot
from persona_store.database import session_scope
from persona_store.links import new_code, redeem
from persona_store.privacy.identity import Identity
from persona_store.users import invite
from persona_store.wording import catalogue
from tests.bot.two_builds import ADMIN, HOSTILE, PASSWORD
from tests.bot.web.conftest import HEAVIEST, fill_login, weighed
from tests.bot.web.places import PHONE, Built, Visit, offences

pytestmark = pytest.mark.browser
pytest_plugins = ["tests.bot.web.places"]

NAME = "anna"
LONGEST_REPORT_MS = 60_000  # it draws some twenty charts
NEW_PASSWORD = "segel kompass wolke sieben"
WEB = Path(bot.__file__).parent / "web"
OWN = ("index.html", "page.js", "start.js", "account.js", "admin.js", "builds.js", "parts.js", "formats.js")
SPOKEN_BY_GATEWAY = ("start.trait", "start.quality.")


def ready(page: Page) -> Page:
    """The page when conversation and overview are there."""
    page.get_by_test_id("welcome").wait_for(state="attached")
    page.get_by_test_id("persona").first.wait_for(state="attached")
    return page


def test_personas_and_state_are_there_at_a_glance(visit: Visit) -> None:
    page = ready(visit(NAME))
    personas = page.get_by_test_id("persona")
    expect(personas).to_have_count(3)
    expect(personas.nth(0)).to_contain_text("IT-Leitung")
    expect(personas.nth(0)).to_contain_text("n = 190 · 40 % kaufen (30 % bis 51 %, n = 80)")
    expect(personas.nth(1).get_by_test_id("trend")).to_contain_text("gewachsen von 25 % auf 43 % seit Build 1")
    expect(personas.nth(2).get_by_test_id("trend")).to_contain_text("neu seit Build 1")
    expect(personas.nth(0).get_by_test_id("trend")).to_have_count(0)
    expect(page.get_by_test_id("in-short")).to_contain_text("400 Kontakte · Stand 01.06.2026 · Build 2")
    expect(page.get_by_test_id("state")).to_contain_text("der Felder sind ausgefüllt")
    expect(page.get_by_test_id("personas")).to_contain_text("Seit dem letzten Build nicht mehr dabei: Rest.")


def test_the_page_is_light_until_a_chart_is_shown(chromium: Browser, built: Built) -> None:
    with chromium.new_context(base_url=built.url, locale="de-DE") as context:
        fetched = weighed(context)
        page = context.new_page()
        page.goto("/")
        fill_login(page)
        ready(page)
        assert 100_000 < fetched() <= HEAVIEST


def test_names_of_personas_stay_text(visit: Visit) -> None:
    page = ready(visit(NAME))
    expect(page.get_by_test_id("persona").nth(1)).to_contain_text(HOSTILE)
    assert page.get_by_test_id("overview").locator("img").count() == 0


def test_pressing_a_persona_asks_for_it(visit: Visit, built: Built) -> None:
    page = ready(visit(NAME))
    page.get_by_test_id("persona").nth(1).click()
    expect(page.get_by_test_id("answer-text")).to_have_text("Du hast gesagt: Beschreib Persona 2")
    assert [said["message"] for said in built.rasa.received] == ["Beschreib Persona 2"]


def test_everything_speaks_the_chosen_language(visit: Visit) -> None:
    page = ready(visit(NAME))
    page.get_by_test_id("language-en").click()
    expect(page.get_by_test_id("persona").nth(0)).to_contain_text("IT heads")
    expect(page.get_by_test_id("state")).to_contain_text("of the fields are filled in")
    expect(page.get_by_test_id("report")).to_have_attribute("href", "/report?language=en")
    expect(page.get_by_test_id("welcome")).to_contain_text("Hello!")


def test_the_report_opens_beside_the_page_and_breaks_no_policy(visit: Visit) -> None:
    page = ready(visit(NAME))
    assert page.context.request.get("/report?language=de", timeout=LONGEST_REPORT_MS).ok  # made once, then kept
    broken: list[str] = []
    page.context.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    with page.context.expect_page() as opened:
        page.get_by_test_id("report").click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_have_text("Personas und Anti-Personas")
    assert report.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "32px"  # its styles count
    assert broken == []


def test_who_wants_the_report_gets_it_after_the_login(visit: Visit) -> None:
    page = visit(path="/report")
    fill_login(page)
    page.wait_for_url("**/report?language=de", timeout=LONGEST_REPORT_MS)


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_is_cut_off_at_any_width(visit: Visit, width: int) -> None:
    page = ready(visit(ADMIN, viewport={"width": width, "height": 720}))
    for place in ("#talk", "#overview", "#account", "#admin/users", "#admin/audit", "#admin/builds"):
        page.goto(f"/{place}")
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        expect(page.get_by_test_id("logout")).to_be_in_viewport()


def test_on_a_phone_conversation_and_overview_take_turns(visit: Visit) -> None:
    page = ready(visit(NAME, viewport=PHONE))
    expect(page.get_by_test_id("chat-input")).to_be_in_viewport()
    expect(page.get_by_test_id("overview")).to_be_hidden()
    page.get_by_test_id("place-overview").click()
    expect(page.get_by_test_id("persona").first).to_be_in_viewport()
    page.get_by_test_id("persona").first.click()
    expect(page.get_by_test_id("answer-text")).to_be_in_viewport()
    page.go_back()
    expect(page.get_by_test_id("overview")).to_be_visible()


def test_by_keyboard_alone_one_logs_in_asks_for_a_persona_and_goes_to_the_account(visit: Visit) -> None:
    page = visit()
    page.get_by_test_id("login-name").wait_for()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    ready(page)
    tab_to(page, "persona")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("answer-text")).to_contain_text("Beschreib Persona 1")
    tab_to(page, "place-account", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("account")).to_be_focused()


def tab_to(page: Page, test_id: str, key: str = "Tab") -> None:
    """Moves the focus by `key` until it is on `test_id`."""
    for _ in range(40):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement?.dataset.testid") == test_id:
            return
    raise AssertionError(f"{test_id} cannot be reached by {key}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_start_account_and_overview(visit: Visit, scheme: str) -> None:
    page = ready(visit(NAME, color_scheme=scheme))
    assert offences(page) == []
    page.get_by_test_id("place-account").click()
    page.get_by_test_id("telegram").wait_for()
    assert offences(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a dict of two numbers
    page.get_by_test_id("place-overview").click()
    assert offences(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_login_and_invitation(visit: Visit, built: Built, scheme: str) -> None:
    page = visit(path="/", color_scheme=scheme)
    page.get_by_test_id("login-name").wait_for()
    assert offences(page) == []
    page.goto(f"/#invitation={invitation(built, None)}")
    expect(page.get_by_test_id("invited-as")).not_to_be_empty()
    assert offences(page) == []


def test_an_ended_login_leads_to_the_login_and_back_to_the_talk(visit: Visit) -> None:
    page = ready(visit(NAME))
    page.get_by_test_id("persona").first.click()
    expect(page.get_by_test_id("answer-text")).to_have_count(1)
    page.context.clear_cookies()
    page.get_by_test_id("place-account").click()
    expect(page.locator("#login-error")).to_contain_text("Deine Anmeldung ist abgelaufen")
    expect(page.get_by_test_id("overview")).to_be_hidden()
    assert page.get_by_test_id("persona").count() == 0
    fill_login(page)
    expect(page.get_by_test_id("account")).to_be_visible()
    page.get_by_test_id("place-talk").click()
    expect(page.get_by_test_id("answer-text")).to_contain_text("Beschreib Persona 1")


def test_logging_out_leaves_nothing_for_the_next_person(visit: Visit) -> None:
    page = ready(visit(NAME))
    page.get_by_test_id("persona").first.click()
    expect(page.get_by_test_id("answer-text")).to_have_count(1)
    page.get_by_test_id("logout").click()
    fill_login(page, "berta")
    ready(page)
    expect(page.get_by_test_id("answer-text")).to_have_count(0)
    expect(page.get_by_test_id("user-name")).to_have_text("berta")


def test_when_the_overview_fails_it_says_so_and_can_be_asked_again(visit: Visit) -> None:
    page = visit()
    page.route("**/api/overview", lambda route: route.abort())
    fill_login(page)
    overview = page.get_by_test_id("overview")
    expect(overview.get_by_role("alert")).to_contain_text("Ich erreiche den Server nicht.")
    page.unroute("**/api/overview")
    overview.get_by_role("button").click()
    expect(page.get_by_test_id("persona")).to_have_count(3)


def test_a_quality_that_comes_later_is_shown_when_it_is_there(visit: Visit) -> None:
    page = visit()
    asked: list[str] = []

    def first_without(route: Route) -> None:
        answer = route.fetch()
        content = answer.json()
        if not asked:
            content["data"]["quality"] = None
        asked.append(route.request.url)
        route.fulfill(response=answer, json=content)

    page.route("**/api/overview", first_without)
    fill_login(page)
    expect(page.get_by_test_id("state")).to_contain_text("wird gerade geprüft")
    expect(page.get_by_test_id("state")).to_contain_text("der Felder sind ausgefüllt")
    assert len(asked) == 2


def test_a_due_rebuild_is_said_with_its_reasons(visit: Visit) -> None:
    def drifted(route: Route) -> None:
        answer = route.fetch()
        live = {"events": 7, "drift": 0.31, "alarm": True, "rebuild_due": True, "reasons": ["die Größen <b>haben</b>"]}
        route.fulfill(response=answer, json=answer.json() | {"live": live})

    page = visit()
    page.route("**/api/overview", drifted)
    fill_login(page, ADMIN)
    expect(page.get_by_test_id("rebuild")).to_contain_text("die Größen <b>haben</b>")
    expect(page.get_by_test_id("rebuild")).to_contain_text("personabot build")
    assert offences(ready(page)) == []


def test_without_data_the_page_says_what_to_do(page: Page, shared_gateway: Any) -> None:
    fill_login(page)
    expect(page.get_by_test_id("empty")).to_have_text(
        "Noch sind keine Daten eingelesen. Bitte gib jemandem mit dem Recht admin Bescheid."
    )
    expect(page.get_by_test_id("report")).to_have_count(0)


def test_only_admins_find_the_administration(visit: Visit) -> None:
    page = ready(visit(NAME, path="/#admin/users"))
    expect(page.get_by_test_id("place-admin")).to_be_hidden()
    expect(page.get_by_test_id("admin")).to_be_hidden()
    expect(page.get_by_test_id("chat-input")).to_be_visible()


def test_telegram_is_linked_by_a_code_and_unlinked_again(visit: Visit, built: Built) -> None:
    name = built.user("lena")
    built.app.state.telegram = object()  # as if a bot were set up; the page only asks whether there is one
    page = visit(name, path="/#account")
    page.get_by_test_id("connect").click()
    command = page.get_by_test_id("code").inner_text()
    assert re.fullmatch(r"/start [a-z0-9]{12}", command)
    with session_scope(built.engine, writes=True) as session:
        assert redeem(session, command.removeprefix("/start "), "telegram", "4711") is not None
    page.reload()
    expect(page.get_by_test_id("telegram")).to_contain_text("Konto 4711")
    page.get_by_test_id("end-link").click()
    expect(page.get_by_test_id("end-link")).to_have_count(0)
    built.app.state.telegram = None
    with session_scope(built.engine, writes=True) as session:
        assert redeem(session, new_code(session, name), "telegram", "4711") is not None
    page.reload()
    expect(page.get_by_test_id("telegram")).to_contain_text("Konto 4711")
    expect(page.get_by_test_id("connect")).to_have_count(0)


def invitation(built: Built, name: str | None) -> str:
    with session_scope(built.engine, writes=True, asker=Identity("tests", "admin")) as session:
        return invite(session, "trainer", name)


def test_an_invitation_makes_an_account_and_logs_in(visit: Visit, built: Built) -> None:
    page = visit(path=f"/#invitation={invitation(built, 'jonas')}")
    expect(page.get_by_test_id("invited-as")).to_contain_text("Deine Rechte: Training.")
    expect(page.get_by_test_id("invited-name")).to_have_value("jonas")
    page.get_by_test_id("invited-password").fill(NEW_PASSWORD)
    page.get_by_test_id("invited-again").fill("anders")
    page.get_by_test_id("invitation-submit").click()
    expect(page.get_by_test_id("invitation-error")).to_contain_text("Die beiden Passwörter sind nicht gleich.")
    page.get_by_test_id("invited-again").fill(NEW_PASSWORD)
    page.get_by_test_id("invitation-submit").click()
    ready(page)
    expect(page.get_by_test_id("user-name")).to_have_text("jonas")
    assert "invitation" not in page.url


def test_an_invitation_that_does_not_hold_says_so(visit: Visit) -> None:
    page = visit(path="/#invitation=made-up")
    expect(page.get_by_test_id("invitation-error")).to_contain_text("Einladung")


def test_single_sign_on_is_offered_where_there_is_one(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_test_id("sign-on")).to_be_hidden()
    page.route("**/api/login/options", lambda route: route.fulfill(json={"oidc": True, "name": HOSTILE}))
    page.reload()
    expect(page.get_by_test_id("sign-on")).to_have_text(f"Mit {HOSTILE} anmelden")
    expect(page.get_by_test_id("sign-on")).to_have_attribute("href", "/api/oidc/login")


def test_every_text_of_the_places_is_there_and_none_is_left_over() -> None:
    source = "".join((WEB / name).read_text(encoding="utf-8") for name in OWN)
    asked = set(re.findall(r"""["'`]((?:start|admin)\.[a-z_.0-9]+)["'`]""", source))
    patterns = re.findall(r"""`((?:start|admin)\.[^`]*\$\{[^`]*)`""", source)
    shaped = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", "[a-z_0-9]+", re.escape(pattern))) for pattern in patterns]
    for key in re.findall(r"""row\("(\w+)",""", source):
        asked.add(f"start.{key}")
    for key in re.findall(r"""button\("(\w+)", "second\"""", source):
        asked.add(f"admin.{key}")
    there = {
        key for key in catalogue("de") if key.startswith(("start.", "admin.")) and not key.startswith(SPOKEN_BY_GATEWAY)
    }
    assert asked <= there
    left = {key for key in there - asked if not any(shape.fullmatch(key) for shape in shaped)}
    assert left <= {f"start.{state}_admin" for state in ("no_data", "no_build")}
