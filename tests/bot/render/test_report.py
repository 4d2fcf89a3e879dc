"""The report is one page that loads nothing, runs nothing, names nobody and says every number with its n."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from bot.cli.common import write_whole
from bot.cli.main import app
from bot.render.report import compose, gather, render_report
from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact, Persona
from persona_store.errors import InputError, NoPersonas
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import Language
from tests.conftest import OPERATOR

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> & \"'"
FOREIGN = re.compile(r"(?:src|href)\s*=\s*[\"'](?!#)|url\((?!#)|@import", re.IGNORECASE)
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Balanced(HTMLParser):
    """Collects elements and complains about ones that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("report")
    write_sample(folder / "sample", 1500, seed=2)
    engine = on_behalf_of(connect(f"sqlite:///{folder / 'store.db'}"), OPERATOR)
    migrate(engine)
    import_files(engine, [folder / "sample"])
    build(engine)
    build(engine, seed=2)
    return engine


def page(store: Engine, language: Language) -> str:
    with session_scope(store) as session:
        facts = gather(session, language)
        return render_report(facts, compose(facts, language), language)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_is_whole_and_stands_alone(store: Engine, language: Language) -> None:
    html = page(store, language)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert {"html", "main", "table", "svg", "figure"} <= parser.seen
    assert not {"script", "iframe", "object", "link"} & parser.seen
    assert not FOREIGN.search(html)
    assert f'<html lang="{language}">' in html
    for part in ("personas", "traits", "worth", "channels", "drift", "anti", "quality"):
        assert f'<section id="{part}"' in html


def test_the_page_names_nobody(store: Engine) -> None:
    html = page(store, "de")
    with session_scope(store) as session:
        names = session.execute(select(Contact.first_name, Contact.last_name)).all()
    assert not [name for name in names if all(name) and f"{name[0]} {name[1]}" in html]


def test_every_chart_says_how_many_it_rests_on(store: Engine) -> None:
    drawings = re.findall(r'<figure role="img" aria-label="([^"]*)"', page(store, "en"))
    assert len(drawings) > 10
    assert all("n = " in title for title in drawings)


def test_names_given_by_people_stay_text(store: Engine) -> None:
    with session_scope(store, writes=True) as session:
        newest = session.scalars(select(Persona).order_by(Persona.build_id.desc(), Persona.number)).first()
        assert newest is not None
        before = newest.name_en
        newest.name_en = HOSTILE
    html = page(store, "en")
    with session_scope(store, writes=True) as session:
        session.get_one(Persona, newest.id).name_en = before
    parser = Balanced()
    parser.feed(html)
    assert not {"script", "img"} & parser.seen
    assert "&lt;script&gt;alert(1)" in html


def test_without_a_build_there_is_a_sentence(engine: Engine) -> None:
    with session_scope(engine) as session, pytest.raises(NoPersonas):
        gather(session, "de")


def test_the_command_writes_page_and_pictures(store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.common.connect", lambda _url: store)
    out, pictures = tmp_path / "report.html", tmp_path / "pictures"
    result = CliRunner().invoke(app, ["report", "-o", str(out), "--language", "en", "--pictures", str(pictures)])
    assert result.exit_code == 0, result.output
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    specs = sorted(pictures.glob("*.vl.json"))
    assert len(specs) == len(list(pictures.glob("*.png"))) > 10
    assert all("vega-lite" in json.loads(spec.read_text(encoding="utf-8"))["$schema"] for spec in specs)


@pytest.mark.parametrize("target", [".", "missing/report.html"])
def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path, target: str) -> None:
    result = CliRunner().invoke(app, ["report", "-o", str(tmp_path / target)])
    assert type(result.exception).__name__ == "InputError"
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_put_in_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "page.html" / "full").mkdir(parents=True)
    with pytest.raises(InputError):
        write_whole(tmp_path / "page.html", [b"page"])
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]
