"""Users are added, listed and removed, and only the right password lets them in."""

import pytest
from sqlalchemy import Engine

from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.users import add_user, check_password, list_users, remove_user

PASSWORD = "leuchtturm-gabel-november"


def test_the_right_password_lets_in(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, "anna", PASSWORD, "marketing", "en")
    with session_scope(engine) as session:
        user = check_password(session, "anna", PASSWORD)
    assert user is not None
    assert (user.name, user.rights, user.language) == ("anna", "marketing", "en")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", PASSWORD.upper()),
        ("anna", ""),
        ("anna", PASSWORD + "x" * 100_000),
        ("nobody", PASSWORD),
        ("", ""),
        ("a" * 100_000, PASSWORD),
        ("anna' OR '1'='1", PASSWORD),
        ("anna", "\ud800" * 20),
        ("\ud800", PASSWORD),
        ("an\x00na", PASSWORD),
    ],
)
def test_anything_else_does_not(engine: Engine, name: str, password: str) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, "anna", PASSWORD)
        assert check_password(session, name, password) is None


def test_letter_case_and_composition_of_a_name_do_not_matter(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, " Jörg ", PASSWORD)
        assert check_password(session, "JO\u0308RG", PASSWORD) is not None


def test_a_password_typed_on_another_keyboard_is_the_same(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, "anna", "grün-gabel-november")
        assert check_password(session, "anna", "gru\u0308n-gabel-november") is not None


def test_passwords_are_kept_as_argon2_hashes_only(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        user = add_user(session, "anna", PASSWORD)
        assert user.password_hash.startswith("$argon2id$")
        assert PASSWORD not in user.password_hash


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "an\x00na", "an\nna", "an\u202ena"])
def test_unfit_names_are_refused(engine: Engine, name: str) -> None:
    with session_scope(engine, writes=True) as session, pytest.raises(InputError):
        add_user(session, name, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_unfit_passwords_are_refused(engine: Engine, password: str) -> None:
    with session_scope(engine, writes=True) as session, pytest.raises(InputError):
        add_user(session, "anna", password)


def test_unknown_rights_are_refused(engine: Engine) -> None:
    with (
        session_scope(engine, writes=True) as session,
        pytest.raises(InputError, match="sales, marketing, trainer, admin"),
    ):
        add_user(session, "anna", PASSWORD, "root")  # type: ignore[arg-type]


def test_a_name_is_given_once(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, "anna", PASSWORD)
        with pytest.raises(InputError, match="anna"):
            add_user(session, "ANNA", PASSWORD)


def test_removed_users_are_gone(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, "berta", PASSWORD)
        add_user(session, "anna", PASSWORD)
        assert [user.name for user in list_users(session)] == ["anna", "berta"]
        remove_user(session, "Anna")
        assert [user.name for user in list_users(session)] == ["berta"]
        assert check_password(session, "anna", PASSWORD) is None


def test_removing_nobody_says_how_to_go_on(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session, pytest.raises(InputError, match="users list"):
        remove_user(session, "nobody")
