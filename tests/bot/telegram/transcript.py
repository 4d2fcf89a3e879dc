"""A recorded chat to read: as lines of text, or as a plain page that looks like a phone, for the documentation."""

from base64 import b64encode
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bot.telegram.people import Heard

WIDTH = 420  # pixels of a phone
CHROMIUM = "/usr/bin/chromium"
STYLE = """
* { box-sizing: border-box }
body { margin: 0; display: flex; gap: 20px; align-items: flex-start; background: #fff; padding: 16px }
main { background: #dfe9df; border-radius: 14px; padding: 12px; font: 15px/1.38 "DejaVu Sans", sans-serif }
article { max-width: 90%; margin: 0 0 8px; padding: 7px 11px; border-radius: 12px; width: fit-content;
  background: #fff }
article.me { margin-left: auto; background: #e4fbcf }
div { white-space: pre-wrap; overflow-wrap: anywhere }
pre { font: 13px/1.4 "DejaVu Sans Mono", monospace; margin: 4px 0; padding: 6px; background: #f2f4f2;
  border-radius: 6px }
blockquote { margin: 4px 0 0; padding: 3px 9px; border-left: 3px solid #3a8fd9; background: #eef5fc; border-radius: 4px;
  font-size: 13px; max-height: 4.9em; overflow: hidden }
img { width: 100%; border-radius: 8px; display: block; margin-bottom: 5px }
menu { margin: -4px 0 10px; padding: 0; max-width: 90%; display: grid; gap: 4px }
menu span { background: #7d9c84; color: #fff; text-align: center; border-radius: 8px; padding: 6px; font-size: 14px }
"""


def lines(heard: list[Heard]) -> str:
    """The chat as text, a message a paragraph."""
    return "\n\n".join(
        f"{'Bot' if one.who == 'bot' else one.who}: {one.text}"
        + (" [picture]" if one.photo else "")
        + (f" [{one.document[0]}]" if one.document else "")
        + (f"\n  [{'] ['.join(one.buttons)}]" if one.buttons else "")
        for one in heard
    )


def page(columns: list[list[Heard]]) -> str:
    """Chats side by side as an HTML page that loads nothing."""
    phones = "".join(f'<main style="width: {WIDTH}px">{"".join(map(_message, heard))}</main>' for heard in columns)
    return f'<!doctype html><meta charset="utf-8"><title>Telegram</title><style>{STYLE}</style>{phones}'


def save_picture(columns: list[list[Heard]], path: Path) -> None:
    """Draws the page by Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        view = browser.new_page(viewport={"width": len(columns) * (WIDTH + 20) + 12, "height": 200})
        view.set_content(page(columns))
        view.screenshot(path=path, full_page=True)
        browser.close()


def _message(one: Heard) -> str:
    picture = f'<img alt="" src="data:image/png;base64,{b64encode(one.photo).decode()}">' if one.photo else ""
    said = one.markup if one.who == "bot" else escape(one.text)
    file = f"<div>▤ {escape(one.document[0])}</div>" if one.document else ""
    buttons = "".join(f"<span>{escape(label)}</span>" for label in one.buttons)
    mine = "" if one.who == "bot" else ' class="me"'
    return f"<article{mine}>{picture}{file}<div>{said}</div></article>" + (f"<menu>{buttons}</menu>" if buttons else "")
