"""The files of page and widget are complete, and the vendored components are those that were published."""

import hashlib
import re
from pathlib import Path

import pytest

import bot
from bot.gateway.embed import WORDS_PREFIX
from bot.gateway.pages import TEXTS_PREFIX
from persona_store.wording import catalogue

WEB = Path(bot.__file__).parent / "web"
VENDORED = [WEB / "vendor" / "deep-chat", WEB / "vendor" / "vega", Path(__file__).parent / "axe-core"]
OWN_FILES = [
    path
    for path in WEB.rglob("*")
    if path.suffix in {".js", ".css", ".html", ".svg"} and WEB / "vendor" not in path.parents
]
WIDGET = [path for path in OWN_FILES if path.name == "widget.js" or path.parent.name == "widget"]
PAGE = [path for path in OWN_FILES if path not in WIDGET]


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_a_vendored_component_has_its_checksums_version_and_licences(folder: Path) -> None:
    checksums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert checksums.keys() == {path.name for path in folder.iterdir()} - {"SHA256SUMS", "VERSION"}
    for name, expected in checksums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected, name
    version = (folder / "VERSION").read_text()
    assert re.match(rf"{folder.name} \d+\.\d+\.\d+\n", version)
    assert len(re.findall(r"integrity of the package: sha512-[\w+/]{86}==", version)) >= 1
    assert re.search(r"MIT License|Redistribution and use|Mozilla Public License", (folder / "LICENSE").read_text())


def test_of_what_was_published_nothing_is_changed_but_how_html_is_written() -> None:
    """So that pages that enforce Trusted Types may embed the widget."""
    for path in (WEB / "vendor" / "deep-chat" / "deepChat.bundle.js", WEB / "vendor" / "vega" / "vega-embed.min.js"):
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        assert first.endswith('from"../trusted.js";')
        published = rest.replace("[$personaBotHTML]=", ".innerHTML=").replace("($personaBotTrusted(t),", "(t,")
        checksum = hashlib.sha256(published.encode()).hexdigest()
        assert f"{path.name} (SHA-256 {checksum})" in (path.parent / "VERSION").read_text()


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_our_own_files_name_no_other_host_and_insert_no_html(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    assert not re.search(r"""\s(style|on\w+)=["']""", text)


def test_every_text_the_page_asks_for_is_there_and_none_is_left_over() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in PAGE)
    asked = set(re.findall(r"""text\("(\w+)\"""", source))
    asked |= set(re.findall(r"""data-(?:text|label)="(\w+)\"""", source))
    there = {key.removeprefix(TEXTS_PREFIX) for key in catalogue("de") if key.startswith(TEXTS_PREFIX)}
    assert asked == there


def test_every_word_the_widget_asks_for_is_there_and_none_is_left_over() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in WIDGET)
    there = {key.removeprefix(WORDS_PREFIX) for key in catalogue("de") if key.startswith(WORDS_PREFIX)}
    asked = set(re.findall(r"""text\("(\w+)\"""", source))
    assert asked <= there
    assert {word for word in there if not re.search(rf'"{word}"', source)} == set()
