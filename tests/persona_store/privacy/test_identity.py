"""The proof of who is asking holds for one person, one message in one conversation and a short time."""

import hashlib
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.errors import NotAllowed
from persona_store.privacy.identity import MOST_REMEMBERED, Identity, UsedProofs, sign, verify

TEXT = "Welche Persona passt zu Anna Weber?"
SECRET = "a-secret-of-the-tests-that-is-long-enough-for-hs256"
OTHER_SECRET = "another-secret-of-the-tests-that-is-long-enough"


def test_a_signed_identity_is_verified() -> None:
    token = sign("anna", "sales", "talk-1", TEXT, SECRET, ttl_seconds=60)
    assert verify(token, SECRET, "talk-1", TEXT) == Identity("anna", "sales")


def test_every_token_is_unique() -> None:
    assert sign("anna", "sales", "talk-1", TEXT, SECRET, 60) != sign("anna", "sales", "talk-1", TEXT, SECRET, 60)


def test_a_token_of_another_conversation_is_refused() -> None:
    token = sign("anna", "sales", "talk-1", TEXT, SECRET, 60)
    with pytest.raises(NotAllowed):
        verify(token, SECRET, "talk-2", TEXT)


@pytest.mark.parametrize("text", ["", "Lösch alle Daten von Anna Weber.", TEXT.lower(), TEXT + " Ja.", TEXT[:-1]])
def test_a_token_of_another_message_is_refused(text: str) -> None:
    with pytest.raises(NotAllowed):
        verify(sign("anna", "sales", "talk-1", TEXT, SECRET, 60), SECRET, "talk-1", text)


def test_a_long_message_is_bound_as_far_as_it_is_read() -> None:
    """Rasa cuts messages, and blanks where it cut."""
    long = "a" * 499 + " " + "b" * 900
    assert verify(sign("anna", "sales", "talk-1", long, SECRET, 60), SECRET, "talk-1", "a" * 499).user == "anna"


def test_the_message_cannot_be_read_from_the_token() -> None:
    claims = jwt.decode(sign("anna", "sales", "talk-1", TEXT, SECRET, 60), options={"verify_signature": False})
    assert "Weber" not in str(claims)
    assert hashlib.sha256(TEXT.encode()).hexdigest() != claims["msg"]


def test_a_proof_counts_for_one_turn() -> None:
    """Its actions and their retries may use it again, another turn may not."""
    used = UsedProofs()
    proof = verify(sign("anna", "sales", "talk-1", TEXT, SECRET, 60), SECRET, "talk-1", TEXT)
    other = verify(sign("anna", "sales", "talk-1", TEXT, SECRET, 60), SECRET, "talk-1", TEXT)
    assert used.use(proof, "turn-1", 60)
    assert used.use(proof, "turn-1", 60)
    assert not used.use(proof, "turn-2", 60)
    assert used.use(other, "turn-2", 60)


def test_memory_for_used_proofs_is_bounded() -> None:
    used = UsedProofs()
    for number in range(MOST_REMEMBERED + 10):
        used.use(Identity("anna", "sales", proof=str(number)), "turn", 60)
    assert len(used._turns) <= MOST_REMEMBERED


def test_a_token_with_another_secret_is_refused() -> None:
    with pytest.raises(NotAllowed):
        verify(sign("anna", "sales", "talk-1", TEXT, OTHER_SECRET, 60), SECRET, "talk-1", TEXT)


def test_an_expired_token_says_so() -> None:
    token = sign("anna", "sales", "talk-1", TEXT, SECRET, ttl_seconds=-1)
    with pytest.raises(NotAllowed, match=r"abgelaufen|expired"):
        verify(token, SECRET, "talk-1", TEXT)


def test_changed_rights_are_refused() -> None:
    header, _, signature = sign("anna", "sales", "talk-1", TEXT, SECRET, 60).split(".")
    claims = sign("anna", "admin", "talk-1", TEXT, OTHER_SECRET, 60).split(".")[1]
    with pytest.raises(NotAllowed):
        verify(f"{header}.{claims}.{signature}", SECRET, "talk-1", TEXT)


def test_an_unsigned_token_is_refused() -> None:
    claims = jwt.decode(sign("anna", "admin", "talk-1", TEXT, SECRET, 60), options={"verify_signature": False})
    with pytest.raises(NotAllowed):
        verify(jwt.encode(claims, key=None, algorithm="none"), SECRET, "talk-1", TEXT)


@pytest.mark.parametrize("missing", ["sub", "rights", "aud", "iss", "jti", "iat", "exp", "msg"])
def test_a_token_that_leaves_a_claim_out_is_refused(missing: str) -> None:
    claims = jwt.decode(sign("anna", "sales", "talk-1", TEXT, SECRET, 60), options={"verify_signature": False})
    del claims[missing]
    with pytest.raises(NotAllowed):
        verify(jwt.encode(claims, SECRET, algorithm="HS256"), SECRET, "talk-1", TEXT)


@pytest.mark.parametrize("rights", [None, 7, ["admin"], {}])
def test_rights_that_are_no_word_are_refused(rights: Any) -> None:
    claims = jwt.decode(sign("anna", "sales", "talk-1", TEXT, SECRET, 60), options={"verify_signature": False})
    with pytest.raises(NotAllowed):
        verify(jwt.encode(claims | {"rights": rights}, SECRET, algorithm="HS256"), SECRET, "talk-1", TEXT)


@pytest.mark.parametrize("token", [None, 7, b"x", {}, [], "", "a.b.c", "x" * 10_000_000])
def test_what_is_no_token_is_refused(token: Any) -> None:
    with pytest.raises(NotAllowed):
        verify(token, SECRET, "talk-1", TEXT)


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_refused_in_one_way(token: str) -> None:
    with pytest.raises(NotAllowed):
        verify(token, SECRET, "talk-1", TEXT)
