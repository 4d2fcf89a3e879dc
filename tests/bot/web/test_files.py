"""The page's files are complete, and the vendored component is the one that was published."""

import hashlib
import re
from pathlib import Path

import pytest

import bot
from bot.gateway.pages import TEXTS_PREFIX
from persona_store.wording import catalogue

WEB = Path(bot.__file__).parent / "web"
DEEP_CHAT = WEB / "vendor" / "deep-chat"
OWN_FILES = [path for path in WEB.iterdir() if path.suffix in {".js", ".css", ".html", ".svg"}]


def test_the_vendored_component_has_its_checksums_version_and_licences() -> None:
    checksums = dict(reversed(line.split("  ")) for line in (DEEP_CHAT / "SHA256SUMS").read_text().splitlines())
    assert checksums.keys() == {"deepChat.bundle.js", "LICENSE", "LICENSE-bundled-packages"}
    for name, expected in checksums.items():
        assert hashlib.sha256((DEEP_CHAT / name).read_bytes()).hexdigest() == expected, name
    assert re.match(r"deep-chat \d+\.\d+\.\d+\n", (DEEP_CHAT / "VERSION").read_text())
    assert "MIT License" in (DEEP_CHAT / "LICENSE").read_text()


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_our_own_files_name_no_other_host_and_insert_no_html(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)
    assert not re.search(r"""\s(style|on\w+)=["']""", text)


def test_every_text_the_page_asks_for_is_there_and_none_is_left_over() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in OWN_FILES)
    asked = set(re.findall(r"""text\("(\w+)\"""", source))
    asked |= set(re.findall(r"""data-(?:text|label)="(\w+)\"""", source))
    asked |= set(re.findall(r'"(example_\w+)"', source))
    there = {key.removeprefix(TEXTS_PREFIX) for key in catalogue("de") if key.startswith(TEXTS_PREFIX)}
    assert asked == there
