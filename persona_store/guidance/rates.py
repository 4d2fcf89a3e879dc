"""Answer rates per channel: own counts over prior knowledge, shrunk from all over role and persona to the contact."""

from collections.abc import Iterable, Mapping

from scipy.stats import beta

from persona_store.guidance.prior import Prior
from persona_store.guidance.shrinkage import Weights, combined, expected
from persona_store.guidance.types import Basis, ChannelRate, Tally

# A visit or a letter takes many times the effort of a call or a mail: it goes first only where it is clearly better.
COSTLY = frozenset({"in_person", "post"})
TAILS = (0.05, 0.95)
FIXED = Weights()
Counts = Mapping[str, Tally]


def rank_channels(
    prior: Prior,
    everyone: Counts,
    role: Counts,
    persona_role: Counts,
    contact: Counts,
    without: Iterable[str] = (),
    weights: Weights = FIXED,
) -> tuple[ChannelRate, ...]:
    """The channels best first, save those in `without`; a costly one precedes others only by the whole interval.

    Counts of a level leave out what the levels below count themselves, so that nothing is told twice. A Beta
    posterior at each level is the expectation for the next, more specific one, as sure as it is itself.
    """
    left_out = set(without)
    rates = [
        _rate(
            channel,
            prior,
            everyone.get(channel, Tally()),
            (
                ("role", role.get(channel, Tally())),
                ("persona_role", persona_role.get(channel, Tally())),
                ("contact", contact.get(channel, Tally())),
            ),
            weights,
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


def _rate(
    channel: str, prior: Prior, everyone: Tally, steps: tuple[tuple[Basis, Tally], ...], weights: Weights
) -> ChannelRate:
    trade, usual = prior.role[channel], prior.anybody[channel]
    mean, sureness = expected(everyone, trade, usual, prior.weight, weights.likeness)
    weight_of = {"role": weights.role, "persona_role": weights.persona, "contact": weights.contact}
    basis: Basis = "all" if everyone.n else "prior"
    behind, own = everyone, 0.0
    before = total = combined(weights.role, sureness)
    above = sureness
    for name, tally in steps:
        above = combined(weight_of[name], above)
        if not tally.n:
            continue
        # Attempts to one contact are independent given its rate; those to many people are not.
        n = float(tally.n) if name == "contact" else tally.effective(weights.likeness)
        mean = (mean * above + n * tally.answered / tally.n) / (above + n)
        total = above = above + n
        own += n
        basis, behind = name, tally
    low, high = (float(beta.ppf(tail, mean * total, (1 - mean) * total)) for tail in TAILS)
    by_trade = trade != usual or everyone.effective(weights.likeness) < prior.weight
    return ChannelRate(
        channel, mean, low, high, behind.n, behind.answered, trade, basis, rule_of_thumb=by_trade and own < before
    )
