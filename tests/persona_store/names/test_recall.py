"""One typo in the surname does not hide anybody among some thousand people."""

import random
import string

from sqlalchemy import Engine, insert

from persona_store.database import session_scope
from persona_store.database.models import Contact
from persona_store.names import find_people, index_people

TARGET = 0.98
SYLLABLES = (
    "ber",
    "hof",
    "mann",
    "stein",
    "wald",
    "lin",
    "mar",
    "kow",
    "ski",
    "fel",
    "dor",
    "nau",
    "rich",
    "gar",
    "ten",
)
FIRST_NAMES = (
    "Anna",
    "Thomas",
    "Björn",
    "Sabine",
    "Yusuf",
    "Petra",
    "Karl",
    "Johanna",
    "Wiebke",
    "Piotr",
    "Emma",
    "Jörg",
)


def misspelt(word: str, dice: random.Random) -> str:
    """`word` with one letter left out, added, changed or swapped."""
    place = dice.randrange(1, len(word))
    letter = dice.choice(string.ascii_lowercase)
    return dice.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
        ]
    )


def test_nearly_everybody_is_found_in_spite_of_a_typo(sqlite_engine: Engine) -> None:
    dice = random.Random(7)
    surnames = sorted({"".join(dice.choices(SYLLABLES, k=3)).capitalize() for _ in range(1500)})
    rows = [
        {"key": str(number), "first_name": dice.choice(FIRST_NAMES), "last_name": dice.choice(surnames), "custom": {}}
        for number in range(3000)
    ]
    with session_scope(sqlite_engine, writes=True) as session:
        session.execute(insert(Contact), rows)
        index_people(session)
    with session_scope(sqlite_engine) as session:
        asked = dice.sample(rows, 150)
        found = 0
        for row in asked:
            people = find_people(session, f"{row['first_name']} {misspelt(row['last_name'], dice)}")
            found += any(person.name == f"{row['first_name']} {row['last_name']}" for person in people)
    assert found / len(asked) >= TARGET
