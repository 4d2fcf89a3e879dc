"""The proof of who is asking holds for one person, one message in one conversation and a short time."""

import hashlib
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.errors import NotAllowed
from persona_store.privacy.identity import Identity, sign, verify

TEXT = "Welche Persona passt zu Anna Weber?"
MESSAGE = "m-1"
SECRET = "a-secret-of-the-tests-that-is-long-enough-for-hs256"
OTHER_SECRET = "another-secret-of-the-tests-that-is-long-enough"


def test_a_signed_identity_is_verified() -> None:
    token = sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, ttl_seconds=60)
    assert verify(token, SECRET, "talk-1", MESSAGE, TEXT) == Identity("anna", "sales")


def test_a_token_of_another_conversation_is_refused() -> None:
    token = sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60)
    with pytest.raises(NotAllowed):
        verify(token, SECRET, "talk-2", MESSAGE, TEXT)


@pytest.mark.parametrize("text", ["", "Lösch alle Daten von Anna Weber.", TEXT.lower(), TEXT + " Ja.", TEXT[:-1]])
def test_a_token_of_another_message_is_refused(text: str) -> None:
    with pytest.raises(NotAllowed):
        verify(sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60), SECRET, "talk-1", MESSAGE, text)


def test_a_long_message_is_bound_as_far_as_it_is_read() -> None:
    """Rasa cuts messages, and blanks where it cut."""
    long = "a" * 499 + " " + "b" * 900
    token = sign("anna", "sales", "talk-1", MESSAGE, long, SECRET, 60)
    assert verify(token, SECRET, "talk-1", MESSAGE, "a" * 499).user == "anna"


def test_the_message_cannot_be_read_from_the_token() -> None:
    claims = jwt.decode(sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60), options={"verify_signature": False})
    assert "Weber" not in str(claims)
    assert hashlib.sha256(TEXT.encode()).hexdigest() != claims["msg"]


@pytest.mark.parametrize("message", ["m-2", "", None, 7, ["m-1"]])
def test_a_proof_counts_for_one_message_in_every_process(message: Any) -> None:
    """Nothing is remembered, so that a process that has not seen the proof before refuses it, too."""
    proof = sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60)
    for _action_of_the_turn in range(2):
        assert verify(proof, SECRET, "talk-1", MESSAGE, TEXT).user == "anna"
    with pytest.raises(NotAllowed):
        verify(proof, SECRET, "talk-1", message, TEXT)


def test_a_token_with_another_secret_is_refused() -> None:
    with pytest.raises(NotAllowed):
        verify(sign("anna", "sales", "talk-1", MESSAGE, TEXT, OTHER_SECRET, 60), SECRET, "talk-1", MESSAGE, TEXT)


def test_an_expired_token_says_so() -> None:
    token = sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, ttl_seconds=-1)
    with pytest.raises(NotAllowed, match=r"abgelaufen|expired"):
        verify(token, SECRET, "talk-1", MESSAGE, TEXT)


def test_changed_rights_are_refused() -> None:
    header, _, signature = sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60).split(".")
    claims = sign("anna", "admin", "talk-1", MESSAGE, TEXT, OTHER_SECRET, 60).split(".")[1]
    with pytest.raises(NotAllowed):
        verify(f"{header}.{claims}.{signature}", SECRET, "talk-1", MESSAGE, TEXT)


def test_an_unsigned_token_is_refused() -> None:
    claims = jwt.decode(sign("anna", "admin", "talk-1", MESSAGE, TEXT, SECRET, 60), options={"verify_signature": False})
    with pytest.raises(NotAllowed):
        verify(jwt.encode(claims, key=None, algorithm="none"), SECRET, "talk-1", MESSAGE, TEXT)


@pytest.mark.parametrize("missing", ["sub", "rights", "aud", "iss", "jti", "iat", "exp", "msg"])
def test_a_token_that_leaves_a_claim_out_is_refused(missing: str) -> None:
    claims = jwt.decode(sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60), options={"verify_signature": False})
    del claims[missing]
    with pytest.raises(NotAllowed):
        verify(jwt.encode(claims, SECRET, algorithm="HS256"), SECRET, "talk-1", MESSAGE, TEXT)


@pytest.mark.parametrize("rights", [None, 7, ["admin"], {}])
def test_rights_that_are_no_word_are_refused(rights: Any) -> None:
    claims = jwt.decode(sign("anna", "sales", "talk-1", MESSAGE, TEXT, SECRET, 60), options={"verify_signature": False})
    with pytest.raises(NotAllowed):
        verify(jwt.encode(claims | {"rights": rights}, SECRET, algorithm="HS256"), SECRET, "talk-1", MESSAGE, TEXT)


@pytest.mark.parametrize("token", [None, 7, b"x", {}, [], "", "a.b.c", "x" * 10_000_000])
def test_what_is_no_token_is_refused(token: Any) -> None:
    with pytest.raises(NotAllowed):
        verify(token, SECRET, "talk-1", MESSAGE, TEXT)


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_refused_in_one_way(token: str) -> None:
    with pytest.raises(NotAllowed):
        verify(token, SECRET, "talk-1", MESSAGE, TEXT)
