"""A build on a real Dask cluster of two worker processes equals the one made here."""

from collections.abc import Iterator

import numpy as np
import pytest
from distributed import LocalCluster
from sqlalchemy import Engine, select

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Membership, Persona, PersonaLevel
from persona_store.errors import InputError
from persona_store.privacy.rights import on_behalf_of
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.cluster import cluster
from persona_store.segmentation.workplace import Here
from tests.conftest import OPERATOR

CLOSE = 1e-6


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as workers:
        yield workers.scheduler_address.replace("tcp://", "dask://")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("cluster")
    write_sample(folder / "sample", 1500, seed=2)
    engine = on_behalf_of(connect(f"sqlite:///{folder / 'store.db'}"), OPERATOR)
    migrate(engine)
    import_files(engine, [folder / "sample"])
    return engine


def test_attributes_of_the_parts_are_those_of_the_whole(store: Engine, address: str) -> None:
    with cluster(address) as workers, session_scope(store) as session:
        for market in ("b2b", "b2c"):
            known = attributes(session, market)
            there = workers.frames(session, market, known, None)
            for frame, until_outcome in zip(there, (False, True), strict=True):
                assert frame.equals(attribute_frame(session, market, known=known, until_outcome=until_outcome))


def test_a_build_on_the_cluster_equals_one_made_here(store: Engine, address: str) -> None:
    local = build(store)
    with cluster(address) as workers:
        there = build(store, workplace=workers)
    assert [len(one.personas) for one in there.markets] == [len(one.personas) for one in local.markets]
    assert [one.scorecard_auc for one in there.markets] == [one.scorecard_auc for one in local.markets]
    tables, members = zip(*(_stored(store, report.build_id) for report in (local, there)), strict=True)
    assert tables[0].keys() == tables[1].keys()
    assert np.allclose(list(tables[0].values()), [tables[1][key] for key in tables[0]], rtol=0, atol=CLOSE)
    assert [one[:2] for one in members[0]] == [one[:2] for one in members[1]]
    assert np.allclose([one[2] for one in members[0]], [one[2] for one in members[1]], rtol=0, atol=CLOSE)


def _stored(
    store: Engine, build_id: int
) -> tuple[dict[tuple[int, str, str], tuple[float, float]], list[tuple[int, int, float]]]:
    """The probabilities and weights of the personas by number, and the memberships."""
    with session_scope(store) as session:
        levels = session.execute(
            select(
                Persona.number,
                PersonaLevel.attribute,
                PersonaLevel.level,
                PersonaLevel.probability,
                PersonaLevel.weight,
            )
            .join(Persona, Persona.id == PersonaLevel.persona_id)
            .where(Persona.build_id == build_id)
        ).all()
        members = session.execute(
            select(Membership.contact_id, Persona.number, Membership.probability)
            .join(Persona, Persona.id == Membership.persona_id)
            .where(Membership.build_id == build_id)
            .order_by(Membership.contact_id)
        ).all()
    tables = {(number, name, level): (probability, weight) for number, name, level, probability, weight in levels}
    return tables, [tuple(one) for one in members]


def test_the_sums_of_the_parts_are_those_of_the_whole(address: str) -> None:
    random = np.random.default_rng(5)
    kinds = random.integers(3, size=4000)
    codes = ((random.random((4000, 8)) < 0.8) * kinds[:, None] + (random.random((4000, 8)) < 0.1)).astype(np.int8) % 3
    codes[random.random(codes.shape) < 0.1] = -1
    sizes = [3] * 8
    start = Here().fit(codes[:500], sizes, (), seed=1, start=_random_start(random)).start()
    whole = Here().fit(codes, sizes, (), seed=1, start=start)
    with cluster(address) as workers:
        parts = workers.fit(codes, sizes, (), seed=1, start=start)
    assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-9)
    assert np.allclose(parts.weights, whole.weights, rtol=0, atol=CLOSE)
    assert all(
        np.allclose(a, b, rtol=0, atol=CLOSE) for a, b in zip(parts.probabilities, whole.probabilities, strict=True)
    )


def _random_start(random: np.random.Generator):  # type: ignore[no-untyped-def]
    from persona_store.segmentation.sums import Parameters

    tables = random.dirichlet([1.0] * 3, size=(8, 3)).transpose(0, 2, 1).reshape(24, 3)
    return Parameters(np.log(np.full(3, 1 / 3)), np.log(tables))


@pytest.mark.parametrize("wrong", ["", "dask", "dask://", "dask://machine", "tcp://machine:1", "dask://machine:port"])
def test_a_wrong_address_is_said_plainly(wrong: str) -> None:
    with pytest.raises(InputError, match="dask://"), cluster(wrong):
        pass


def test_nobody_at_the_address_is_said_plainly() -> None:
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9"), cluster("dask://127.0.0.1:9"):
        pass
