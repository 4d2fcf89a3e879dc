"""The administration in a real browser: users, invitations, links, audit trail, builds; by keyboard, on a phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from persona_store.database import session_scope
from persona_store.database.models import LoginFailure, User
from persona_store.links import new_code, redeem
from persona_store.lockout import Try, begin_try
from tests.bot.two_builds import ADMIN, HOSTILE
from tests.bot.web.places import PHONE, Built, Visit, offences

pytestmark = pytest.mark.browser
pytest_plugins = ["tests.bot.web.places"]

ROOMS = ("users", "links", "audit", "builds")
HOSTILE_NAME = "<img src=x onerror='window.hacked=1'>"


def room(visit: Visit, name: str, **options: Any) -> Page:
    """An admin in one of the rooms, once it has its content."""
    page = visit(ADMIN, path=f"/#admin/{name}", **options)
    return settled(page, name)


def settled(page: Page, name: str) -> Page:
    page.get_by_test_id(f"room-{name}").locator("table, [data-testid=empty], [data-testid=build]").first.wait_for()
    return page


def row(page: Page, name: str) -> Locator:
    """The row of a user."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(f"^{re.escape(name)}")))


def rights_of(built: Built, name: str) -> str | None:
    with session_scope(built.engine) as session:
        return session.scalar(select(User.rights).where(User.name == name))


def test_rights_change_when_they_are_saved_and_not_before(visit: Visit, built: Built) -> None:
    name = built.user("mara")
    page = room(visit, "users")
    rights = row(page, name).get_by_test_id("rights")
    rights.focus()
    page.keyboard.press("ArrowDown")
    expect(rights).to_have_value("marketing")
    assert rights_of(built, name) == "sales"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("said")).to_have_text("mara hat jetzt die Rechte Marketing.")
    assert rights_of(built, name) == "marketing"


def test_a_user_is_removed_after_a_question_and_stays_when_it_is_denied(visit: Visit, built: Built) -> None:
    name = built.user("nils")
    page = room(visit, "users")
    row(page, name).get_by_test_id("remove").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("nils entfernen?")
    expect(page.get_by_test_id("cancel")).to_be_focused()
    assert offences(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row(page, name).get_by_test_id("remove")).to_be_focused()
    assert rights_of(built, name) == "sales"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row(page, name)).to_have_count(0)
    expect(page.get_by_test_id("admin")).to_be_focused()
    assert rights_of(built, name) is None


def test_the_last_admin_is_told_why_they_cannot_go(visit: Visit, built: Built) -> None:
    page = room(visit, "users")
    row(page, ADMIN).get_by_test_id("remove").click()
    page.get_by_test_id("confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("Mindestens eine Person muss verwalten können.")
    assert rights_of(built, ADMIN) == "admin"


def test_names_of_users_stay_text_everywhere(visit: Visit, built: Built) -> None:
    name = built.user(HOSTILE_NAME)
    page = room(visit, "users")
    row(page, name).get_by_test_id("remove").click()
    expect(page.get_by_role("dialog")).to_contain_text(HOSTILE_NAME)
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("said")).to_have_text(f"{HOSTILE_NAME} ist entfernt.")
    page.get_by_test_id("tab-audit").click()
    settled(page, "audit")
    expect(page.get_by_test_id("room-audit")).to_contain_text(HOSTILE_NAME)
    page.get_by_test_id("tab-builds").click()
    settled(page, "builds")
    expect(page.get_by_test_id("room-builds")).to_contain_text(HOSTILE)
    assert page.get_by_test_id("admin").locator("img").count() == 0


def test_a_locked_user_is_shown_and_let_in_again(visit: Visit, built: Built) -> None:
    name = built.user("olga")
    with session_scope(built.engine, writes=True) as session:
        for _ in range(10):
            begin_try(session, Try(name, "203.0.113.0/24"))
    page = room(visit, "users")
    expect(row(page, name)).to_contain_text("gesperrt bis")
    row(page, name).get_by_test_id("unlock").click()
    expect(page.get_by_test_id("said")).to_have_text("olga darf sich wieder anmelden.")
    expect(row(page, name)).not_to_contain_text("gesperrt bis")
    with session_scope(built.engine) as session:
        assert session.scalars(select(LoginFailure)).all() == []


def test_an_invitation_is_made_listed_and_withdrawn(visit: Visit, built: Built) -> None:
    page = room(visit, "users")
    page.get_by_test_id("invite-name").fill("Petra")
    page.get_by_test_id("invite-rights").select_option("marketing")
    page.get_by_test_id("invite").click()
    link = page.get_by_test_id("invitation-link").input_value()
    assert re.fullmatch(re.escape(built.url) + r"/#invitation=[\w-]{43}", link)
    assert offences(page) == []
    page.reload()
    settled(page, "users")
    expect(page.get_by_test_id("room-users")).to_contain_text("petra")
    assert link.rpartition("=")[2] not in page.content()
    page.get_by_test_id("withdraw").first.click()
    expect(page.get_by_test_id("said")).to_have_text("Die Einladung ist zurückgezogen.")
    invited = visit(path=link)
    expect(invited.get_by_test_id("invitation-error")).not_to_be_empty()


def test_links_are_listed_and_ended(visit: Visit, built: Built) -> None:
    name = built.user("rosa")
    with session_scope(built.engine, writes=True) as session:
        assert redeem(session, new_code(session, name), "telegram", "815") is not None
    page = room(visit, "links")
    expect(row(page, name)).to_contain_text("815")
    row(page, name).get_by_test_id("end-link").click()
    page.get_by_test_id("confirm").click()
    expect(row(page, name)).to_have_count(0)


def test_the_trail_is_filtered_and_goes_on(visit: Visit, built: Built) -> None:
    names = [built.user(f"u{number}") for number in range(2)]
    with session_scope(built.engine, writes=True) as session:
        for number in range(60):
            assert redeem(session, new_code(session, names[number % 2]), "telegram", str(number % 2)) is not None
    page = room(visit, "audit")
    entries = page.get_by_test_id("room-audit").locator("tbody tr")
    expect(entries).to_have_count(50)
    page.get_by_test_id("older").click()
    expect(entries.nth(60)).to_be_attached()
    page.get_by_test_id("filter-user").select_option("u1")
    page.get_by_test_id("filter-action").select_option("link_account")
    page.get_by_test_id("filter").click()
    expect(entries).to_have_count(30)
    expect(entries.first).to_contain_text("Konto verknüpft")
    expect(page.get_by_test_id("filter")).to_be_focused()
    page.get_by_test_id("filter-until").fill("2020-01-01")
    page.get_by_test_id("filter").click()
    expect(page.get_by_test_id("empty")).to_have_text("Dazu gibt es keine Einträge.")


def test_builds_show_their_personas_and_what_changed(visit: Visit) -> None:
    page = room(visit, "builds")
    builds = page.get_by_test_id("build")
    expect(builds).to_have_count(2)
    expect(builds.first).to_contain_text("Studierende")
    builds.first.get_by_test_id("compare").click()
    changes = page.get_by_test_id("changes").first
    expect(changes.get_by_role("table")).to_contain_text("Rest")
    expect(changes).to_be_focused()
    expect(builds.nth(1).get_by_test_id("compare")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "viewport"), [("light", None), ("dark", PHONE)])
def test_axe_finds_nothing_in_any_room(visit: Visit, scheme: str, viewport: Any) -> None:
    page = room(visit, "users", color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    for name in ROOMS:
        page.get_by_test_id(f"tab-{name}").click()
        settled(page, name)
        assert offences(page) == [], name


def test_every_room_speaks_english_too(visit: Visit) -> None:
    page = room(visit, "users", locale="en-GB")
    for name, words in (("users", "Invite somebody"), ("audit", "logged in"), ("builds", "Compare with build 1")):
        page.get_by_test_id(f"tab-{name}").click()
        settled(page, name)
        expect(page.get_by_test_id(f"room-{name}")).to_contain_text(words)


def test_an_ended_login_leads_back_to_the_same_room(visit: Visit) -> None:
    page = room(visit, "users")
    page.context.clear_cookies()
    page.get_by_test_id("tab-audit").click()
    expect(page.locator("#login-error")).to_contain_text("Deine Anmeldung ist abgelaufen")
    assert page.get_by_role("table").count() == 0


def test_when_the_server_is_gone_the_room_says_so_and_can_be_asked_again(visit: Visit) -> None:
    page = room(visit, "users")
    page.route("**/api/admin/builds", lambda route: route.abort())
    page.get_by_test_id("tab-builds").click()
    expect(page.get_by_role("alert")).to_contain_text("Ich erreiche den Server nicht.")
    page.unroute("**/api/admin/builds")
    page.get_by_test_id("room-builds").get_by_role("button").click()
    expect(page.get_by_test_id("build")).to_have_count(2)
