"""Which contacts there are: class, company, role, sex, dates; everything else follows from these."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import numpy as np

from persona_store.crm.sample.classes import CLASSES
from persona_store.crm.sample.companies import Companies, class_weights
from persona_store.crm.sample.draws import Bools, Floats, Ints, choose, choose_rows, weekdays
from persona_store.crm.sample.people import FEMALE, MALE
from persona_store.crm.sample.titles import roles

# "Today" of the sample: no entry is younger, so that the same seed gives the same bytes on every day.
REFERENCE_DATE: Final = date(2026, 6, 30)
TODAY: Final = (REFERENCE_DATE - date(1970, 1, 1)).days
OLDEST_DAYS: Final = 2_600  # the CRM was introduced some seven years ago
STALE_SHARE: Final = 0.09
STALE_AFTER_DAYS: Final = 900
STALE_ACTIVE_DAYS: Final = 150
BETWEEN_SHARE: Final = 0.07
STRAY_ROLE_SHARE: Final = 0.05  # people whose role is not typical of their class
NONE: Final = -1

PERSONAS_B2B: Final = tuple(n for n, spec in enumerate(CLASSES) if spec.kind == "persona" and spec.market == "b2b")
PERSONAS_B2C: Final = tuple(n for n, spec in enumerate(CLASSES) if spec.kind == "persona" and spec.market == "b2c")
SHARES: Final = np.array([spec.share for spec in CLASSES])


@dataclass(frozen=True, slots=True)
class Population:
    """The contacts of a batch, one entry each.

    `cls` and `other` are positions in CLASSES (`other` of the second class of a contact in between, else -1),
    `company` a row of the batch's companies or -1 for a consumer, `role` a position in `titles.roles()` or -1,
    `created` days since 1970, `interest` how keen the person is (standard normal), `copy_of` the entry that this one
    doubles or -1, `typical` whether it behaves exactly as its class does.
    """

    cls: Ints
    other: Ints
    company: Ints
    role: Ints
    sex: Ints
    created: Ints
    stale: Bools
    interest: Floats
    copy_of: Ints
    typical: Bools

    def __len__(self) -> int:
        return len(self.cls)

    def take(self, rows: Ints) -> "Population":
        """The entries at `rows`."""
        return Population(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def draw_population(rng: np.random.Generator, companies: Companies, consumers: int) -> Population:
    """The contacts of `companies` and some consumers."""
    company = np.repeat(np.arange(len(companies.contacts)), companies.contacts)
    business = choose_rows(rng, class_weights(), companies.cell[company])
    private = np.array(PERSONAS_B2C)[choose(rng, SHARES[list(PERSONAS_B2C)], consumers)]
    cls = np.concatenate([business, private])
    n = len(cls)
    role = draw_roles(rng, cls)
    other = _draw_between(rng, cls)
    # Half of those in between bear a role of their second class.
    mixed = (other != NONE) & (cls < min(PERSONAS_B2C)) & (rng.random(n) < 0.5)
    role[mixed] = draw_roles(rng, other[mixed])
    age = (rng.random(n) ** 1.4 * OLDEST_DAYS).astype(np.int64) + 10
    return Population(
        cls=cls,
        other=other,
        company=np.concatenate([company, np.full(consumers, NONE)]),
        role=role,
        sex=draw_sexes(rng, cls),
        created=weekdays(TODAY - age),
        stale=(rng.random(n) < STALE_SHARE * 1.9) & (age > STALE_AFTER_DAYS),
        interest=rng.standard_normal(n),
        copy_of=np.full(n, NONE),
        typical=np.zeros(n, dtype=np.bool_),
    )


def with_copies(rng: np.random.Generator, people: Population, copies: int, spared: int) -> Population:
    """`people` and, behind them, `copies` doubles of some of them, never of the first `spared`."""
    rows = spared + rng.choice(len(people) - spared, copies, replace=False)
    rows = np.sort(rows)
    doubles = people.take(rows)
    later = rng.integers(1, 400, copies)
    return Population(
        **{
            field.name: np.concatenate([getattr(people, field.name), getattr(doubles, field.name)])
            for field in fields(people)
            if field.name not in ("created", "copy_of")
        },
        created=np.concatenate([people.created, weekdays(np.minimum(doubles.created + later, TODAY - 5))]),
        copy_of=np.concatenate([people.copy_of, rows]),
    )


def draw_roles(rng: np.random.Generator, cls: Ints) -> Ints:
    """A role for each class given, -1 for consumers."""
    names = roles()
    weights = np.zeros((len(CLASSES), len(names)))
    for number, spec in enumerate(CLASSES):
        for name, weight in spec.roles.items():
            function, level = name.split("/")
            weights[number, names.index((function, level))] = weight
        weights[number] /= max(weights[number].sum(), 1)
    stray = (weights * SHARES[:, None])[list(PERSONAS_B2B)].sum(axis=0)
    stray /= stray.sum()
    for number in PERSONAS_B2B:
        weights[number] = (1 - STRAY_ROLE_SHARE) * weights[number] + STRAY_ROLE_SHARE * stray
    business = weights.sum(axis=1) > 0
    weights[~business, 0] = 1
    role = choose_rows(rng, weights, cls)
    role[~business[cls]] = NONE
    return role


def draw_sexes(rng: np.random.Generator, cls: Ints) -> Ints:
    """Women and men in the proportions of their class."""
    female = np.array([spec.female for spec in CLASSES])[cls]
    return np.where(rng.random(len(cls)) < female, FEMALE, MALE).astype(np.int64)


def _draw_between(rng: np.random.Generator, cls: Ints) -> Ints:
    other = np.full(len(cls), NONE)
    for group in (PERSONAS_B2B, PERSONAS_B2C):
        mine = np.flatnonzero(np.isin(cls, group) & (rng.random(len(cls)) < BETWEEN_SHARE))
        # Any persona of the same market but the own one.
        step = rng.integers(1, len(group), len(mine))
        other[mine] = np.array(group)[(cls[mine] - group[0] + step) % len(group)]
    return other
