"""Answers of the shapes that the widget draws beyond those of conftest.py: charts, a comparison, a file."""

from typing import Any

from persona_store.charts import (
    Bar,
    Cell,
    Change,
    Share,
    Standing,
    bars_chart,
    changes_chart,
    heat_chart,
    quadrant_chart,
    rates_chart,
)

NAMES = ("Einkaufsleitung im Maschinenbau", "Geschäftsführung KMU", "Betriebsleitung", "Vertrieb im Handel")
EVIDENCE = ["5.000 Kontakte, Stand 3. Juni 2025", "95-%-Bereiche nach Wilson"]


def chart_answer(spec: dict[str, Any], rows: list[list[str]], columns: list[str]) -> dict[str, Any]:
    """A picture with its words and its table."""
    return {
        "kind": "chart",
        "language": "de",
        "text": "Am größten ist Persona 1, „Einkaufsleitung im Maschinenbau“, mit 31 % der Kontakte.",
        "chart": spec,
        "table": {"columns": columns, "rows": rows, "caption": ""},
        "next_step": "Sieh dir an, was diese Persona ausmacht.",
        "choices": [{"label": "Was macht Persona 1 aus?", "send": '/show_chart{"persona": "1"}'}],
        "evidence": EVIDENCE,
    }


def bars() -> dict[str, Any]:
    """Sizes of personas as bars."""
    shares = (0.31, 0.27, 0.24, 0.18)
    labels = [f"{share * 100:.0f} % ({share * 5000:.0f})" for share in shares]
    drawn = [Bar(*one) for one in zip(NAMES, shares, labels, strict=True)]
    spec = bars_chart(drawn, "Wie groß die Personas sind (n = 5.000)", "Anteil der Kontakte", "de", form="%")
    rows = [[name, f"{share * 100:.0f} %"] for name, share in zip(NAMES, shares, strict=True)]
    return chart_answer(spec, rows, ["Persona", "Anteil"])


def amounts() -> dict[str, Any]:
    """Revenue with its interval, written at length beside the bars."""
    told = [
        (270e3, "270.000 € (210.000 € bis 330.000 €; n = 50)"),
        (14e4, "140.000 € (110.000 € bis 170.000 €; n = 1.053)"),
    ]
    drawn = [Bar(f"Persona {i} „{NAMES[i]}“", value, text) for i, (value, text) in enumerate(told)]
    return chart_answer(bars_chart(drawn, "Umsatz je Persona", "Umsatz je Kunde", "de"), [["1", "2"]], ["a", "b"])


def rates() -> dict[str, Any]:
    """Response rates with their intervals."""
    shares = [Share(n, r, r - 0.04, r + 0.05, 300) for n, r in zip(("Telefon", "E-Mail"), (0.42, 0.18), strict=True)]
    spec = rates_chart(shares, "Wie oft sie antworten", "Antwortrate", "de", base_rate=0.25)
    return chart_answer(spec, [["Telefon", "42 %"], ["E-Mail", "18 %"]], ["Kanal", "Antwortrate"])


def quadrant() -> dict[str, Any]:
    """Value against effort."""
    standings = [Standing(name, 900.0 * i, 120.0 * (5 - i), 100 * i) for i, name in enumerate(NAMES, 1)]
    rows = [[one.name, f"{one.value:.0f} €", f"{one.effort:.0f} €"] for one in standings]
    return chart_answer(quadrant_chart(standings, "de"), rows, ["Persona", "Wert", "Aufwand"])


def changes() -> dict[str, Any]:
    """Shares before and now."""
    moved = [Change(name, 0.3 - i / 20, 0.2 + i / 20) for i, name in enumerate(NAMES)]
    spec = changes_chart(moved, "Was sich seit Mai verschoben hat", "de")
    return chart_answer(spec, [[one.name, f"{one.before:.0%}", f"{one.now:.0%}"] for one in moved], ["", "Mai", "Juni"])


def heat() -> dict[str, Any]:
    """A grid of shares."""
    cells = [Cell(r, c, (i + j) / 5) for i, r in enumerate(NAMES) for j, c in enumerate(("Telefon", "E-Mail", "Messe"))]
    rows = [[cell.row, cell.column, f"{cell.share:.0%}"] for cell in cells]
    return chart_answer(heat_chart(cells, "Kanäle je Persona", "de"), rows, ["Persona", "Kanal", "Anteil"])


COMPARE = {
    "kind": "compare",
    "language": "de",
    "text": "Am stärksten trennt sie die Funktion: Einkauf gegen Geschäftsführung.",
    "table": {
        "caption": "Was die Personas trennt",
        "columns": [
            "Merkmal",
            "Persona 1: Einkaufsleitung im Maschinenbau",
            "Persona 2: Geschäftsführung KMU",
            "Trennt",
        ],
        "rows": [
            ["Funktion", "Einkauf, 64 % (n = 903)", "Geschäftsführung, 71 % (n = 412)", "38 %"],
            ["Branche", "Maschinenbau, 71 % (n = 880)", "Handwerk, 33 % (n = 401)", "21 %"],
            ["Lieblingskanal", "Telefon, 42 %", "E-Mail, 31 %", "12 %"],
        ],
    },
    "reasons": ["Die Funktion allein sagt in 81 % der Fälle richtig voraus, zu welcher der beiden jemand gehört."],
    "next_step": "Ruf die erste an, schreib der zweiten.",
    "evidence": EVIDENCE,
}
FILE = {
    "kind": "segment",
    "language": "de",
    "text": "Die Datei mit 903 Kontakten der Persona 1 liegt bereit.",
    "file": {
        "name": "persona-1.csv",
        "media_type": "text/csv",
        "link": "/api/files/abc.def",
        "expires": "2031-01-01T00:00:00Z",
        "rows": 903,
        "command": "personabot export 1",
    },
    "evidence": EVIDENCE,
}
DANGEROUS = {
    "kind": "statistics",
    "language": "de",
    "text": "Zellen, die eine Tabellenkalkulation ausführen würde.",
    "table": {
        "columns": ["Name", "=Formel"],
        "rows": [["=1+1", "+49 30"], ["-5", "@SUM(A1)"], ["\tTab", "\rReturn"], ['Ein "Wort"', "a;b\nc"]],
    },
}
MADE = {"balken": bars, "umsatz": amounts, "raten": rates, "wert": quadrant, "wandel": changes, "raster": heat}
SAID = {"vergleich": COMPARE, "datei": FILE, "formel": DANGEROUS}


def shape(said: str) -> dict[str, Any] | None:
    """The answer whose name is in what was said."""
    for word, make in MADE.items():
        if word in said:
            return make()
    return next((answer for word, answer in SAID.items() if word in said), None)
