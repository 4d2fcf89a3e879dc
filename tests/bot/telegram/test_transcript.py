"""A recorded chat can be read: every message in order, and what people wrote stays text."""

from tests.bot.telegram.people import Heard
from tests.bot.telegram.transcript import lines, page

CHAT = [
    Heard(1, "Jana", "<script>alert(1)</script> & co"),
    Heard(2, "bot", "Passt.", "<b>Passt.</b>", keyboard=[[{"text": "Warum?", "callback_data": "k"}]]),
    Heard(3, "bot", "", photo=b"\x89PNG", document=("a<b>.csv", b"x")),
]


def test_a_chat_reads_as_lines() -> None:
    assert lines(CHAT) == (
        "Jana: <script>alert(1)</script> & co\n\nBot: Passt.\n  [Warum?]\n\nBot:  [picture] [a<b>.csv]"
    )


def test_a_chat_is_a_page_in_which_words_are_words() -> None:
    shown = page([CHAT])
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in shown
    assert "<b>Passt.</b>" in shown
    assert "a&lt;b&gt;.csv" in shown
    assert "http" not in shown
