"""Slows down whoever does one thing too often, such as guessing passwords."""

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from bot.gateway.refusals import Refused

MOST_KEYS = 10_000  # bounds the memory: the keys quiet for longest are forgotten first
IPV6_SITE_BITS = 64  # one household has all addresses of such a network


class Brake:
    """Allows `limit` events per key within `seconds`; one process, bounded memory."""

    def __init__(
        self, limit: int, seconds: float, *, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit
        self.seconds = seconds
        self.most_keys = most_keys
        self.clock = clock
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Seconds until `key` may go on, 0 when it may now."""
        events = self._recent(key)
        if len(events) < self.limit:
            return 0
        return max(1, ceil(events[0] + self.seconds - self.clock()))

    def count(self, key: str) -> None:
        """Notes one event of `key`."""
        events = self._recent(key)
        events.append(self.clock())
        self._events[key] = events
        self._events.move_to_end(key)
        while len(self._events) > self.most_keys:
            self._events.popitem(last=False)

    def take_back(self, key: str) -> None:
        """Undoes the last count of `key`."""
        events = self._recent(key)
        if events:
            events.pop()

    def forget(self, key: str) -> None:
        """Lets `key` start afresh."""
        self._events.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        events = self._events.get(key, deque(maxlen=self.limit))
        oldest = self.clock() - self.seconds
        while events and events[0] <= oldest:
            events.popleft()
        return events


def brake_or_refuse(brake: Brake, key: str, refusal: str) -> None:
    """Counts one event of `key`; raises Refused (429) with this name when there were too many."""
    if wait := brake.wait(key):
        raise Refused(429, refusal, retry_after=wait)
    brake.count(key)


def address_key(address: str) -> str:
    """What stands for one guesser: the IPv4 address, or the network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_SITE_BITS), strict=False))
