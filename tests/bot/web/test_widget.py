"""The widget in a page of another origin: answers of every shape, what one can do with them."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bot.web.conftest import HEAVIEST, HOSTILE, NAME, PASSWORD, Opener, say, weighed
from tests.bot.web.host import HostPage

pytestmark = pytest.mark.browser

CHARTS = ["balken", "umsatz", "raten", "wert", "wandel", "raster"]


def test_the_page_vouches_and_the_widget_greets(widget: Page, host: HostPage) -> None:
    expect(widget.get_by_test_id("welcome")).to_contain_text("Hallo!")
    say(widget, "Eva Weber")
    assert host.rasa.received[0]["message"] == "Eva Weber"


def test_without_a_word_of_the_page_people_log_in_within_the_widget(open_page: Opener) -> None:
    page = open_page("/?mode=corner")
    page.get_by_test_id("opener").click()
    expect(page.get_by_test_id("login-name")).to_be_focused()
    page.get_by_test_id("login-name").fill(NAME)
    page.get_by_test_id("login-password").fill("falsch")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("login-error")).to_contain_text("Name oder Passwort stimmen nicht.")
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("welcome")).to_be_visible()
    expect(say(page, "Eva Weber")).to_have_attribute("data-kind", "match")
    assert page.context.cookies() == []


def test_the_corner_opens_closes_and_stays_open_over_a_reload(open_page: Opener) -> None:
    page = open_page("/?mode=corner&token=1")
    opener = page.get_by_test_id("opener")
    expect(page.get_by_test_id("panel")).to_be_hidden()
    opener.click()
    expect(page.get_by_test_id("chat-input")).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("panel")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    page.reload()
    expect(page.get_by_test_id("welcome")).to_be_visible()


def test_before_the_corner_is_opened_the_conversation_is_not_loaded(open_page: Opener, host: HostPage) -> None:
    page = open_page("/?mode=corner&token=1")
    page.get_by_test_id("opener").wait_for()
    assert (
        page.evaluate("performance.getEntriesByType('resource').filter(e => /deepChat|api/.test(e.name)).length") == 0
    )


def test_the_page_around_cannot_dress_the_widget(widget: Page) -> None:
    text = say(widget, "Eva Weber").get_by_test_id("answer-text")
    size, colour = text.evaluate("element => [getComputedStyle(element).fontSize, getComputedStyle(element).color]")
    assert 16 <= float(size.removesuffix("px")) <= 18
    assert colour != "rgb(255, 0, 0)"


@pytest.mark.parametrize(("locale", "words"), [("de-DE", "muss bei trusted-types auch"), ("en-GB", "has to name")])
def test_a_page_whose_policy_forbids_the_chat_is_told_what_to_change(
    chromium: Browser, host: HostPage, locale: str, words: str
) -> None:
    """All other tests of the widget run in a page that enforces Trusted Types and allows ours."""
    page = chromium.new_page(locale=locale)
    page.goto(f"{host.url}/?mode=inline&token=1&types='none'")
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.close()


def test_an_answer_shows_all_its_parts(widget: Page) -> None:
    answer = say(widget, "Welche Persona passt zu Eva Weber?")
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


def test_why_unfolds_the_evidence(widget: Page) -> None:
    answer = say(widget, "Eva Weber")
    evidence, why = answer.get_by_test_id("answer-evidence"), answer.get_by_role("button", name="Warum?")
    expect(evidence).to_be_hidden()
    expect(why).to_have_attribute("aria-expanded", "false")
    why.click()
    expect(evidence.get_by_role("listitem").first).to_have_text("5.000 Kontakte, Stand 3. Juni 2025")
    expect(why).to_have_attribute("aria-expanded", "true")
    why.click()
    expect(evidence).to_be_hidden()


def test_a_comparison_is_a_table_with_headings_of_columns_and_rows(widget: Page) -> None:
    table = say(widget, "Vergleich").get_by_test_id("answer-table")
    expect(table.get_by_role("columnheader")).to_have_count(4)
    expect(table.get_by_role("rowheader")).to_have_text(["Funktion", "Branche", "Lieblingskanal"])
    expect(table.get_by_role("row").nth(1).get_by_role("cell").last).to_have_text("38 %")


def test_charts_are_fetched_when_the_first_one_is_shown(widget: Page) -> None:
    loaded = "performance.getEntriesByType('resource').filter(entry => entry.name.includes('vega')).length"
    say(widget, "Eva Weber")
    assert widget.evaluate(loaded) == 0
    answer = say(widget, "Balken")
    expect(answer.get_by_test_id("answer-chart").locator("svg")).to_be_visible()
    assert widget.evaluate(loaded) == 3
    assert widget.evaluate("[window.vega, window.vegaLite, window.vegaEmbed]") == [None, None, None]


def test_the_widget_is_light_until_a_chart_is_shown(chromium: Browser, open_page: Opener) -> None:
    with chromium.new_context(locale="de-DE") as context:
        fetched = weighed(context)
        page = open_page(context=context)
        page.get_by_test_id("welcome").wait_for()
        say(page, "Eva Weber")
        assert 100_000 < fetched() <= HEAVIEST
        say(page, "Balken").get_by_test_id("answer-chart").locator("svg").wait_for()
        assert fetched() > HEAVIEST


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn_and_has_its_numbers_as_a_table(open_page: Opener, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    for words in CHARTS:
        answer = say(page, words)
        expect(answer.get_by_test_id("answer-chart").locator("svg path").first).to_be_attached()
        expect(answer.get_by_test_id("answer-table")).to_be_hidden()
        answer.get_by_text("Zahlen als Tabelle").click()
        expect(answer.get_by_test_id("answer-table")).to_be_visible()


@pytest.mark.parametrize("width", [320, 640, 768, 1280])
def test_what_is_written_beside_bars_stays_inside_of_the_chart(open_page: Opener, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 700})
    page.get_by_test_id("welcome").wait_for()
    for words in ("umsatz", "balken", "raten"):
        drawing = say(page, words).get_by_test_id("answer-chart").locator("svg")
        drawing.locator(".mark-text text").last.wait_for()
        ends = drawing.evaluate(
            "svg => [svg, ...svg.querySelectorAll('.role-mark text')].map(part => part.getBoundingClientRect().right)"
        )
        assert len(ends) > 2
        assert max(ends[1:]) <= ends[0]


def test_a_chart_tells_its_figures_under_the_pointer_and_offers_nothing_else(widget: Page) -> None:
    answer = say(widget, "Balken")
    answer.locator("svg .mark-rect path").first.hover()
    expect(answer.locator(".tip")).to_contain_text("Einkaufsleitung im Maschinenbau")
    expect(answer.locator(".tip")).to_contain_text("31 % (1550)")
    assert answer.locator("a, .vega-actions").count() == 0


def test_a_chart_changes_with_light_and_dark(widget: Page) -> None:
    bar = say(widget, "Balken").locator("svg .mark-rect path").first
    expect(bar).to_have_attribute("fill", "#0072B2")
    widget.emulate_media(color_scheme="dark")
    expect(bar).to_have_attribute("fill", "#56b4e9")


def test_where_no_chart_can_be_drawn_the_table_stands_in(widget: Page) -> None:
    widget.route("**/vega-lite.min.js", lambda route: route.abort())
    answer = say(widget, "Balken")
    expect(answer.get_by_text("Das Diagramm lässt sich gerade nicht zeichnen.")).to_be_visible()
    expect(answer.get_by_test_id("answer-table")).to_be_visible()


def test_pressing_a_choice_says_its_label_and_sends_its_payload_once(widget: Page, host: HostPage) -> None:
    choices = say(widget, "meier").get_by_test_id("choice")
    choices.nth(1).click()
    expect(widget.locator(".user-message-text").last).to_have_text("Eva Meier, Müller GmbH & Co. KG")
    expect(widget.get_by_test_id("answer")).to_have_count(2)
    assert [message["message"] for message in host.rasa.received] == ["meier", '/choose_option{"ordinal": "2"}']


def test_options_that_are_over_can_no_longer_be_pressed(widget: Page) -> None:
    choices = say(widget, "meier").get_by_test_id("choice")
    expect(choices.first).to_be_enabled()
    say(widget, "doch lieber Eva Weber")
    expect(choices.first).to_be_disabled()


def test_hostile_data_stay_text_everywhere(widget: Page) -> None:
    answer = say(widget, "angriff")
    expect(answer.get_by_test_id("answer-text")).to_have_text(HOSTILE)
    expect(answer.get_by_test_id("answer-card").get_by_role("heading")).to_have_text(HOSTILE)
    expect(answer.get_by_test_id("answer-table").get_by_role("cell")).to_have_text(HOSTILE)
    expect(answer.get_by_test_id("choice")).to_have_text(HOSTILE)
    assert answer.evaluate("answer => answer.querySelectorAll('script, img, b, strong, a').length") == 0


def test_hostile_names_in_a_chart_stay_text_and_lead_nowhere(widget: Page, host: HostPage) -> None:
    def hostile(_message: dict[str, Any]) -> list[dict[str, Any]]:
        values = [{"name": HOSTILE, "value": 1, "text": HOSTILE, "url": "https://elsewhere.example/x.png"}]
        y = {"field": "name", "type": "nominal"}
        spec = {
            "description": HOSTILE,
            "usermeta": {"embedOptions": {"actions": True, "loader": {"target": "https://elsewhere.example"}}},
            "data": {"values": values},
            "layer": [
                {
                    "mark": "bar",
                    "encoding": {"y": y, "href": {"field": "url"}, "x": {"field": "value", "type": "quantitative"}},
                },
                {"mark": {"type": "image", "url": "https://elsewhere.example/x.png"}},
                {"mark": "text", "encoding": {"y": y, "text": {"field": "text"}}},
            ],
        }
        return [{"custom": {"kind": "chart", "language": "de", "text": HOSTILE, "chart": spec}}]

    host.rasa.reply = hostile
    answer = say(widget, "Bild")
    expect(answer.locator(".picture svg")).to_be_visible()
    assert answer.evaluate("answer => answer.querySelectorAll('script, img, b, [href^=http]').length") == 0


@pytest.mark.parametrize(
    "words", [HOSTILE, "<persona-bot-turn data-id=0>", "# Titel", "* a\n* b", "`x`", "![x](/y)", "&lt;"]
)
def test_what_people_type_is_shown_as_they_typed_it(widget: Page, words: str) -> None:
    say(widget, words)
    said = widget.locator(".user-message-text").last
    assert said.evaluate("element => element.textContent.trim()") == words
    assert said.evaluate("element => element.querySelectorAll(':not(p):not(br)').length") == 0


def test_an_answer_can_be_copied_as_plain_text(open_page: Opener) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    say(page, "vertriebsleiter").get_by_role("button", name="Antwort kopieren").click()
    expect(page.get_by_test_id("spoken")).to_have_text("Die Antwort ist kopiert.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Vertriebsleiter erreichst du am besten am Telefon.\n\nKanal\tAntwortrate\t")
    assert "Nächster Schritt: Ruf zwischen 8 und 9 Uhr an" in copied
    assert copied.endswith("Stand 3. Juni 2025")


def test_a_table_can_be_saved_as_csv_that_no_spreadsheet_runs(widget: Page, tmp_path: Path) -> None:
    with widget.expect_download() as download:
        say(widget, "Formel").get_by_role("button", name="Als CSV speichern").click()
    download.value.save_as(tmp_path / "table.csv")
    content = (tmp_path / "table.csv").read_bytes().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline=""), delimiter=";")) == [
        ["Name", "'=Formel"],
        ["'=1+1", "'+49 30"],
        ["'-5", "'@SUM(A1)"],
        ["'\tTab", "'\rReturn"],
        ['Ein "Wort"', "a;b\nc"],
    ]
    assert download.value.suggested_filename == "persona-bot-statistics.csv"


@pytest.mark.parametrize(("name", "words"), [("answer-praise", "thumbs up"), ("answer-blame", "thumbs down")])
def test_a_thumb_reaches_the_assistant_once(widget: Page, host: HostPage, name: str, words: str) -> None:
    answer = say(widget, "Eva Weber")
    answer.get_by_test_id(name).click()
    expect(answer.get_by_test_id("answer-thanks")).to_have_text("Danke, das freut mich.")
    expect(answer.get_by_test_id(name)).to_have_attribute("aria-pressed", "true")
    answer.get_by_test_id(name).click()
    expect(widget.get_by_test_id("answer")).to_have_count(1)
    assert [one["message"] for one in host.rasa.received[1:]] == [f'/give_feedback{{"rating":"{words}"}}']


def test_thumbs_are_for_what_was_said_last(widget: Page) -> None:
    first = say(widget, "Eva Weber")
    expect(first.get_by_test_id("answer-praise")).to_be_visible()
    second = say(widget, "vertriebsleiter")
    expect(first.get_by_test_id("answer-praise")).to_be_hidden()
    expect(second.get_by_test_id("answer-praise")).to_be_visible()


def test_a_file_that_is_over_is_refused_with_a_sentence(widget: Page) -> None:
    answer = say(widget, "Datei")
    answer.get_by_test_id("answer-file").click()
    expect(answer.locator(".note")).to_contain_text(re.compile(r"\w+ \w+"))
    assert widget.url.startswith("http://localhost")


def test_a_file_that_leads_elsewhere_is_not_offered(widget: Page, host: HostPage) -> None:
    link = {"name": "x.csv", "media_type": "text/csv", "link": "https://elsewhere.example/x", "expires": "", "rows": 1}
    host.rasa.reply = lambda _message: [{"custom": {"kind": "segment", "language": "de", "text": "Da", "file": link}}]
    expect(say(widget, "Datei").get_by_test_id("answer-file")).to_have_count(0)


def test_the_typing_indicator_is_there_before_the_message_is_on_its_way(widget: Page) -> None:
    widget.evaluate(
        """() => {
            const fetched = window.fetch;
            window.fetch = (...asked) => {
                const chat = document.querySelector("persona-bot").shadowRoot.querySelector("deep-chat");
                if (String(asked[0]).endsWith("/api/chat")) {
                    window.typing = Boolean(chat.shadowRoot.querySelector("[data-testid=typing]"));
                }
                return fetched(...asked);
            };
        }"""
    )
    say(widget, "Eva Weber")
    assert widget.evaluate("window.typing") is True


@pytest.mark.parametrize("words", ["ä" * 2001])
def test_a_message_too_long_gets_a_sentence(widget: Page, words: str) -> None:
    expect(say(widget, words).get_by_test_id("answer-text")).to_contain_text("höchstens 2000 Zeichen")
