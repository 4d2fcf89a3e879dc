"""A build on a Dask cluster: each worker reads its contacts from the store, and sums the EM's statistics up over them.

The scheduler is given as `dask://host:port`. Workers need this program, and their own access to the same store: no
password goes over the wire. The sums of the parts are added in a fixed order, so the result does not depend on which
worker was faster.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import polars as pl
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from persona_store.database import connect, session_scope
from persona_store.database.models import Contact
from persona_store.errors import InputError, StoreUnavailable
from persona_store.segmentation.attributes import attribute_frames
from persona_store.segmentation.extract import Part, extract
from persona_store.segmentation.latent_classes import LatentClasses, fit_statistics
from persona_store.segmentation.observations import Codes, Discount, Floats, Observations, observe
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.sums import LocalStatistics, Parameters, Sums
from persona_store.settings import settings
from persona_store.wording import say

if TYPE_CHECKING:
    from distributed import Client

SCHEME = "dask"
CONNECT_SECONDS = 10
PARTS_PER_WORKER = 2  # so that a worker that is faster takes more of them
THREADS = 2


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers behind a connected client."""

    client: "Client"

    def frames(
        self, session: Session, market: str, known: Sequence[Attribute], as_of: date | None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The attributes of all contacts of a market now and before their outcomes.

        Each part is computed by a worker that reads it from the store.
        """
        url, name = _address(session)
        futures = [
            self.client.submit(_part_frames, url, name, part, market, tuple(known), as_of, pure=False)
            for part in _parts(session, market, self._parts_wanted())
        ]
        now, before = zip(*self.client.gather(futures), strict=True)
        return pl.concat(now), pl.concat(before)

    def fit(
        self, codes: Codes, sizes: Sequence[int], discounts: tuple[Discount, ...], *, seed: int, start: Parameters
    ) -> LatentClasses:
        """The latent classes, from `start` on; each worker sums up its part of the contacts."""
        parts = np.array_split(codes, min(self._parts_wanted(), len(codes)))
        held = [
            self.client.submit(observe, self.client.scatter(part), tuple(sizes), discounts, pure=False)
            for part in parts
        ]
        spread = Spread(self.client, held, codes, tuple(sizes), discounts)
        with ThreadPoolExecutor(THREADS) as pool:
            return fit_statistics(spread, len(start.weights), pool, seed=seed, start=start)

    def _parts_wanted(self) -> int:
        return PARTS_PER_WORKER * max(len(self.client.scheduler_info(n_workers=-1)["workers"]), 1)


@dataclass(frozen=True, slots=True)
class Spread:
    """The EM's statistics of contacts that lie on workers (see `Statistics`)."""

    client: "Client"
    held: Sequence[Any]
    codes: Codes
    sizes: tuple[int, ...]
    discounts: tuple[Discount, ...]

    @property
    def n(self) -> int:
        """Number of contacts."""
        return len(self.codes)

    def counts(self, *, discounted: bool = False) -> Floats:
        """How many contacts have each level, or what they weigh with the exponents."""
        return np.asarray(np.sum(self._ask(_counts, discounted), axis=0))

    def expect(self, parameters: Parameters) -> Sums:
        """One pass over all contacts."""
        return Sums.of(self._ask(_expect, parameters))

    def recount(self, parameters: Parameters) -> Floats:
        """Expected number of contacts with each level in each class, without exponents."""
        return np.asarray(np.sum(self._ask(_recount, parameters), axis=0))

    def sample(self, rows: int, generator: np.random.Generator) -> Observations:
        """At most `rows` contacts drawn at random."""
        drawn = np.sort(generator.choice(self.n, min(rows, self.n), replace=False))
        return observe(self.codes[drawn], self.sizes, self.discounts)

    def _ask(self, question: Any, about: Any) -> list[Any]:
        """The answers of all parts, in the order of the parts."""
        return list(self.client.gather([self.client.submit(question, part, about, pure=False) for part in self.held]))


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The Dask cluster at `dask://host:port`; raises InputError for a wrong address, or where nobody answers."""
    parts = urlsplit(address)
    if parts.scheme != SCHEME or not parts.hostname or not _has_port(address):
        raise InputError(say("cluster.bad_address", settings().language, address=address[:100]))
    try:
        from distributed import Client
    except ImportError:
        raise InputError(say("cluster.not_installed", settings().language)) from None
    where = f"{parts.hostname}:{parts.port}"
    try:
        client = Client(f"tcp://{where}", timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError:
        raise InputError(say("cluster.away", settings().language, address=where)) from None
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise InputError(say("cluster.no_workers", settings().language, address=where))
        yield Cluster(client)


def _has_port(address: str) -> bool:
    try:
        return urlsplit(address).port is not None
    except ValueError:
        return False


def _address(session: Session) -> tuple[str | None, str]:
    """How workers reach the store (a path of SQLite, else None: by their own settings), and its name to check."""
    url = session.get_bind().engine.url
    name = f"{url.host or ''}/{url.database or ''}"
    return (url.render_as_string() if url.get_backend_name() == "sqlite" else None), name


def _parts(session: Session, market: str, wanted: int) -> list[Part]:
    """Ranges of contact ids with about as many contacts each, in the order of the ids."""
    numbered = (
        select(Contact.id, func.ntile(wanted).over(order_by=Contact.id).label("part"))
        .where(Contact.market == market, Contact.duplicate_of.is_(None))
        .subquery()
    )
    starts = session.scalars(select(func.min(numbered.c.id)).group_by(numbered.c.part).order_by(numbered.c.part)).all()
    last = session.scalar(select(func.max(Contact.id))) or 0
    ends = [*starts[1:], last + 1]
    return [Part(start, end) for start, end in zip(starts, ends, strict=True)]


def _part_frames(
    url: str | None, name: str, part: Part, market: str, known: tuple[Attribute, ...], as_of: date | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Runs on a worker: the attributes of one part of the contacts."""
    address = make_url(url or settings().store_url)
    if f"{address.host or ''}/{address.database or ''}" != name:
        raise StoreUnavailable(say("cluster.other_store", settings().language))
    engine = connect(address.render_as_string(hide_password=False))
    try:
        with session_scope(engine) as session, extract(session, part) as source:
            return attribute_frames(session, market, known, as_of, source)
    finally:
        engine.dispose()


def _expect(part: Observations, parameters: Parameters) -> Sums:
    with ThreadPoolExecutor(1) as pool:
        return LocalStatistics(part, pool).expect(parameters)


def _recount(part: Observations, parameters: Parameters) -> Floats:
    with ThreadPoolExecutor(1) as pool:
        return LocalStatistics(part, pool).recount(parameters)


def _counts(part: Observations, discounted: bool) -> Floats:
    with ThreadPoolExecutor(1) as pool:
        return LocalStatistics(part, pool).counts(discounted=discounted)
