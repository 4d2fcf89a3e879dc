"""What each attribute is, said once: what it belongs to, how it is computed and cut into levels, when it is known.

Names and explanations in words stand in the catalogues under `attribute.<key>` and `attributes.how.<key>`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

AttributeKind = Literal["explicit", "implicit", "value", "custom"]
Market = Literal["b2b", "b2c"]
Unit = Literal["employees", "years", "days", "times", "touchpoints", "kinds", "minutes", "euros", "products", "share"]
Source = Literal["contact", "interactions", "topics", "deals", "purchases", "texts", "custom"]
Known = Literal["always", "as_it_happens", "after_outcome"]

MARKETS: tuple[Market, ...] = ("b2b", "b2c")
CHANNELS = ("phone", "email", "chat", "social", "in_person")
NONE_KNOWN = "unknown"  # the normal value for a job level nobody could tell; for statistics it is a missing value
YOUNGEST, OLDEST = 14, 105  # years; outside, a birth year is a typing error or a joke
ABOVE_ZERO = 1e-9
HALF = 0.5
TEXT_KINDS = ("wish", "problem", "trait")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One property of a contact.

    `numeric` attributes are cut at `edges` into `levels` (value < edges[0] is levels[0], and so on; one level more
    than edges); without edges the cuts come from the data. `after_outcome` marks what is known, or changed, only once
    the outcome is: it may describe a persona but never define one nor foretell the outcome. `summary` marks what sums
    up other attributes, merely tells where a contact stands now, or follows from being a customer: it describes a
    persona too, but counting it among the attributes that define one would count the others twice.

    `source` tells the rows it is computed from and `sql` the sum over one person's rows, in words that SQLite,
    PostgreSQL and DuckDB understand alike (see statements.py for the names in reach); it is empty where the value is
    derived from others. `unit` is what a number counts.
    """

    key: str
    kind: AttributeKind
    numeric: bool
    after_outcome: bool = False
    summary: bool = False
    markets: tuple[Market, ...] = MARKETS
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    unit: Unit | None = None
    source: Source = "custom"
    sql: str = ""

    @property
    def defines(self) -> bool:
        """Whether the attribute decides which persona a contact belongs to."""
        return not (self.after_outcome or self.summary)

    @property
    def known(self) -> Known:
        """When it is known: always, step by step as things happen, or only once the outcome is."""
        if self.after_outcome:
            return "after_outcome"
        return "always" if self.source in ("contact", "custom") else "as_it_happens"


def _word(key: str, sql: str, markets: tuple[Market, ...] = MARKETS) -> Attribute:
    return Attribute(key, "explicit", numeric=False, markets=markets, source="contact", sql=sql)


def _response(channel: str) -> Attribute:
    return _share(f"response_{channel}", f"direction = 'out' AND channel = '{channel}'")


def _share(key: str, tried: str, *, after_outcome: bool = False) -> Attribute:
    answered = f"count(*) FILTER (WHERE {tried} AND responded IS TRUE)"
    known = f"count(*) FILTER (WHERE {tried} AND responded IS NOT NULL)"
    return Attribute(
        key,
        "implicit",
        numeric=True,
        after_outcome=after_outcome,
        edges=(ABOVE_ZERO, HALF),
        levels=("never", "sometimes", "often"),
        unit="share",
        source="interactions",
        sql=f"CAST(1.0 * {answered} / nullif({known}, 0) AS REAL)",
    )


def _count(key: str, kind: str, *, summary: bool = False) -> Attribute:
    return Attribute(
        key,
        "implicit",
        numeric=True,
        summary=summary,
        edges=(1, 3),
        levels=("0", "1-2", "3+"),
        unit="times",
        source="interactions",
        sql=f"CAST(count(*) FILTER (WHERE kind = '{kind}') AS REAL)",
    )


def _flag(key: str, source: Source, sql: str = "", *, summary: bool = False) -> Attribute:
    levels = ("no", "yes")
    return Attribute(key, "implicit", True, summary=summary, edges=(1,), levels=levels, source=source, sql=sql)


def _seen(key: str, kind: str) -> Attribute:
    return _flag(key, "interactions", f"CAST(count(*) FILTER (WHERE kind = '{kind}') AS REAL)")


def _behaviour_sum(key: str, kind: AttributeKind, unit: Unit, sql: str) -> Attribute:
    return Attribute(
        key, kind, numeric=True, summary=True, unit=unit, source="interactions", sql=f"CAST({sql} AS REAL)"
    )


def _from_deals(key: str, unit: Unit, sql: str) -> Attribute:
    return Attribute(key, "value", numeric=True, after_outcome=True, unit=unit, source="deals", sql=sql)


_AGE = ":year - c.birth_year"
_EXPLICIT = (
    _word("function", "c.function", ("b2b",)),
    _word("level", f"nullif(c.level, '{NONE_KNOWN}')", ("b2b",)),
    _word("industry", "k.industry", ("b2b",)),
    Attribute(
        "company_size",
        "explicit",
        numeric=True,
        markets=("b2b",),
        edges=(11, 51, 251, 1001),
        levels=("1-10", "11-50", "51-250", "251-1000", "1001+"),
        unit="employees",
        source="contact",
        sql="CAST(k.employees AS REAL)",
    ),
    Attribute(
        "age",
        "explicit",
        numeric=True,
        markets=("b2c",),
        edges=(30, 45, 60),
        levels=("0-29", "30-44", "45-59", "60+"),
        unit="years",
        source="contact",
        sql=f"CAST(CASE WHEN {_AGE} BETWEEN {YOUNGEST} AND {OLDEST} THEN {_AGE} END AS REAL)",
    ),
    _word("region", "coalesce(c.region, k.region)"),
    _word("source", "c.source"),
)
_IMPLICIT = (
    *(_response(channel) for channel in CHANNELS),
    # Mail programs fetch the pictures that count an opening by themselves, so an opening says less than it seems.
    _count("opens", "email_open", summary=True),
    _count("clicks", "email_click"),
    _count("downloads", "download"),
    _count("webinars", "webinar"),
    _count("trade_fairs", "trade_fair"),
    _count("pricing_page", "pricing_page"),
    _count("demo_requests", "demo_request"),
    Attribute("favourite_topic", "implicit", numeric=False, source="topics"),
    _seen("newsletter", "newsletter"),
    _seen("unsubscribed", "unsubscribed"),
    _count("complaints", "complaint"),
    # Customers have most of the tickets: as a mark of a persona they would part those who bought from the rest.
    _count("tickets", "ticket", summary=True),
    Attribute(
        "recency",
        "implicit",
        numeric=True,
        summary=True,
        edges=(31, 91, 181, 366),
        levels=("0-30", "31-90", "91-180", "181-365", "366+"),
        unit="days",
        source="interactions",
    ),
    _behaviour_sum("frequency", "implicit", "touchpoints", "count(*)"),
    Attribute(
        "variety",
        "implicit",
        numeric=True,
        summary=True,
        edges=(2, 3, 4),
        levels=("1", "2", "3", "4+"),
        unit="kinds",
        source="interactions",
        sql="CAST(count(DISTINCT kind) AS REAL)",
    ),
    # Who takes an offer all but buys.
    _share("offer_reaction", "kind = 'offer'", after_outcome=True),
)
_VALUE = (
    _behaviour_sum("care_minutes", "value", "minutes", "sum(minutes)"),
    _from_deals("revenue", "euros", "sum(CASE WHEN won IS TRUE THEN amount WHEN won IS FALSE THEN 0.0 END)"),
    _from_deals("margin", "euros", "sum(CASE WHEN won IS TRUE THEN margin END)"),
    _from_deals("potential", "euros", "sum(CASE WHEN won IS NULL THEN amount END)"),
    _from_deals(
        "cross_selling",
        "euros",
        "sum(CASE WHEN buyer = 1 THEN CASE WHEN won IS NULL AND owned = 0 THEN amount ELSE 0.0 END END)",
    ),
    _from_deals(
        "product_variety", "products", "CAST(nullif(count(DISTINCT product) FILTER (WHERE won IS TRUE), 0) AS REAL)"
    ),
    Attribute("favourite_product", "value", numeric=False, after_outcome=True, source="purchases"),
)
# The order is the one people read profiles in: who they are, what they do, what they are worth.
BUILT_IN: tuple[Attribute, ...] = (*_EXPLICIT, *_IMPLICIT, *_VALUE)


def built_in(market: str) -> tuple[Attribute, ...]:
    """The attributes every store of `market` ("b2b" or "b2c") can have."""
    return tuple(attribute for attribute in BUILT_IN if market in attribute.markets)


def text_attribute(kind: str, term: str) -> Attribute:
    """The attribute that tells whether a wish, problem or trait was found in the texts about a contact.

    It only describes: whoever has more written about them has more of everything found, and personas made of that
    would be made of the diligence of those who write.
    """
    return _flag(f"{kind}_{term}", "texts", summary=True)


def from_texts(attribute: Attribute) -> bool:
    """Whether the attribute tells what was found in texts."""
    return attribute.kind == "implicit" and attribute.key.partition("_")[0] in TEXT_KINDS


@cache
def definition(key: str) -> Attribute | None:
    """The built-in attribute of that name."""
    return next((attribute for attribute in BUILT_IN if attribute.key == key), None)
