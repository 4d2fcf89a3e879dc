"""Answer rates per channel: own counts over prior knowledge, shrunk from all over role and persona to the contact."""

from collections.abc import Iterable, Mapping

from scipy.special import expit, logit
from scipy.stats import beta

from persona_store.guidance.prior import Prior
from persona_store.guidance.types import Basis, ChannelRate, Tally

# How many contacts the level above weighs, when the next one is estimated: a role × persona is much like its role,
# a single person may differ widely from their kind.
PERSONA_WEIGHT = 30.0
CONTACT_WEIGHT = 6.0
# A visit or a letter takes many times the effort of a call or a mail: it goes first only where it is clearly better.
COSTLY = frozenset({"in_person", "post"})
TAILS = (0.025, 0.975)
Counts = Mapping[str, Tally]


def rank_channels(
    prior: Prior, everyone: Counts, role: Counts, persona_role: Counts, contact: Counts, without: Iterable[str] = ()
) -> tuple[ChannelRate, ...]:
    """The channels best first, save those in `without`; a costly one precedes others only by the whole interval.

    A Beta posterior at each level, whose mean is the expectation for the next, more specific one. The role is
    expected to differ from everyone as it does in prior knowledge (on the logit scale).
    """
    left_out = set(without)
    rates = [
        _rate(
            channel,
            prior,
            everyone.get(channel, Tally()),
            (
                ("role", role.get(channel, Tally()), prior.weight),
                ("persona_role", persona_role.get(channel, Tally()), PERSONA_WEIGHT),
                ("contact", contact.get(channel, Tally()), CONTACT_WEIGHT),
            ),
        )
        for channel in prior.role
        if channel not in left_out
    ]
    return _ranked(rates)


def _ranked(rates: Iterable[ChannelRate]) -> tuple[ChannelRate, ...]:
    by_rate = sorted(rates, key=lambda rate: -rate.rate)
    ranked = [rate for rate in by_rate if rate.channel not in COSTLY]
    for costly in (rate for rate in by_rate if rate.channel in COSTLY):
        weaker = (place for place, rate in enumerate(ranked) if rate.high < costly.low)
        ranked.insert(next(weaker, len(ranked)), costly)
    return tuple(ranked)


def _rate(channel: str, prior: Prior, everyone: Tally, steps: tuple[tuple[Basis, Tally, float], ...]) -> ChannelRate:
    expected, usual = prior.role[channel], prior.anybody[channel]
    seen = (everyone.answered + usual * prior.weight) / (everyone.n + prior.weight)
    mean = float(expit(logit(seen) + logit(expected) - logit(usual)))
    hits, misses = mean * prior.weight, (1 - mean) * prior.weight
    basis: Basis = "all" if everyone.n else "prior"
    behind = everyone
    for name, tally, weight in steps:
        if tally.n:
            mean = hits / (hits + misses)
            hits, misses = mean * weight + tally.answered, (1 - mean) * weight + tally.n - tally.answered
            basis, behind = name, tally
    low, high = (float(beta.ppf(tail, hits, misses)) for tail in TAILS)
    rate = hits / (hits + misses)
    return ChannelRate(channel, rate, low, high, behind.n, behind.answered, expected, basis)
