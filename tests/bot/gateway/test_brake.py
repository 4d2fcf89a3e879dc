"""The brake counts per key within a time and forgets in bounded memory."""

from bot.gateway.brake import Brake, address_key


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_holds_until_the_oldest_event_is_old_enough() -> None:
    clock = Clock()
    brake = Brake(3, 60, clock=clock)
    for second in range(3):
        clock.now = float(second)
        assert brake.wait("anna") == 0
        brake.count("anna")
    assert brake.wait("anna") == 58
    assert brake.wait("berta") == 0
    clock.now = 60.0
    assert brake.wait("anna") == 0


def test_forgetting_and_taking_back() -> None:
    brake = Brake(2, 60, clock=Clock())
    brake.count("anna")
    brake.count("anna")
    brake.take_back("anna")
    assert brake.wait("anna") == 0
    brake.count("anna")
    assert brake.wait("anna") > 0
    brake.forget("anna")
    assert brake.wait("anna") == 0
    brake.take_back("nobody")
    brake.forget("nobody")


def test_the_memory_is_bounded_and_the_quietest_are_forgotten_first() -> None:
    brake = Brake(1, 60, most_keys=100, clock=Clock())
    brake.count("early")
    for number in range(99):
        brake.count(str(number))
    brake.count("early")
    brake.count("one more")
    assert len(brake._events) == 100
    assert brake.wait("early") > 0
    assert brake.wait("0") == 0


def test_a_household_is_one_address() -> None:
    assert address_key("192.0.2.7") == "192.0.2.7"
    assert address_key("2001:db8:1:2::5") == address_key("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert address_key("2001:db8:1:3::5") != address_key("2001:db8:1:2::5")
    assert address_key("testclient") == "testclient"
