"""What each attribute is, said once: where it belongs, how it is cut into levels, whether the outcome shapes it."""

from dataclasses import dataclass
from typing import Literal

AttributeKind = Literal["explicit", "implicit", "value", "custom"]
Market = Literal["b2b", "b2c"]

MARKETS: tuple[Market, ...] = ("b2b", "b2c")
CHANNELS = ("phone", "email", "chat", "social", "in_person")
NONE_KNOWN = "unknown"  # the normal value for a job level nobody could tell; for statistics it is a missing value
ABOVE_ZERO = 1e-9
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Attribute:
    """One property of a contact.

    `numeric` attributes are cut at `edges` into `levels` (value < edges[0] is levels[0], and so on; one level more
    than edges); without edges the cuts come from the data. `after_outcome` marks what is known, or changed, only once
    the outcome is: it may describe a persona but never define one nor foretell the outcome. `summary` marks what sums
    up other attributes or merely tells where a contact stands now: it describes a persona too, but counting it among
    the attributes that define one would count the others twice.
    """

    key: str
    kind: AttributeKind
    numeric: bool
    after_outcome: bool = False
    summary: bool = False
    markets: tuple[Market, ...] = MARKETS
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()

    @property
    def defines(self) -> bool:
        """Whether the attribute decides which persona a contact belongs to."""
        return not (self.after_outcome or self.summary)


def _response(channel: str) -> Attribute:
    return Attribute(
        f"response_{channel}",
        "implicit",
        numeric=True,
        edges=(ABOVE_ZERO, HALF),
        levels=("never", "sometimes", "often"),
    )


def _count(key: str) -> Attribute:
    return Attribute(key, "implicit", numeric=True, edges=(1, 3), levels=("0", "1-2", "3+"))


def _flag(key: str) -> Attribute:
    return Attribute(key, "implicit", numeric=True, edges=(1,), levels=("no", "yes"))


# The order is the one people read profiles in: who they are, what they do, what they are worth.
BUILT_IN: tuple[Attribute, ...] = (
    Attribute("function", "explicit", numeric=False, markets=("b2b",)),
    Attribute("level", "explicit", numeric=False, markets=("b2b",)),
    Attribute("industry", "explicit", numeric=False, markets=("b2b",)),
    Attribute(
        "company_size",
        "explicit",
        numeric=True,
        markets=("b2b",),
        edges=(11, 51, 251, 1001),
        levels=("1-10", "11-50", "51-250", "251-1000", "1001+"),
    ),
    Attribute(
        "age",
        "explicit",
        numeric=True,
        markets=("b2c",),
        edges=(30, 45, 60),
        levels=("0-29", "30-44", "45-59", "60+"),
    ),
    Attribute("region", "explicit", numeric=False),
    Attribute("source", "explicit", numeric=False),
    *(_response(channel) for channel in CHANNELS),
    _count("downloads"),
    _count("webinars"),
    _count("trade_fairs"),
    _count("pricing_page"),
    _count("demo_requests"),
    _flag("newsletter"),
    _flag("unsubscribed"),
    _count("complaints"),
    Attribute(
        "recency",
        "implicit",
        numeric=True,
        summary=True,
        edges=(31, 91, 181, 366),
        levels=("0-30", "31-90", "91-180", "181-365", "366+"),
    ),
    Attribute("frequency", "implicit", numeric=True, summary=True),
    Attribute("variety", "implicit", numeric=True, summary=True, edges=(2, 3, 4), levels=("1", "2", "3", "4+")),
    Attribute("care_minutes", "value", numeric=True, summary=True),
    Attribute("revenue", "value", numeric=True, after_outcome=True),
    Attribute("potential", "value", numeric=True, after_outcome=True),
)


def built_in(market: str) -> tuple[Attribute, ...]:
    """The attributes every store of `market` ("b2b" or "b2c") can have."""
    return tuple(attribute for attribute in BUILT_IN if market in attribute.markets)
