"""Lists of anti-personas and contradictions in conversation: they hold at once, and the reason may be left out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from actions.veto_cues import asks, begins_a_reason, contradicts, holds_in, reason_in, skips
from persona_store.database import session_scope
from persona_store.database.models import Audit, Veto
from persona_store.settings import PROJECT_ROOT, settings


@pytest.fixture(autouse=True)
def unvetoed(store_with_personas: Engine) -> Iterator[None]:
    """The store is shared with other tests: no veto may outlive its own."""
    yield
    with session_scope(store_with_personas, writes=True) as session:
        session.execute(delete(Veto))


@pytest.fixture
def dear_care(store_with_personas: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An hour costs so much that some leads are surely not worth it; the small store holds few sure verdicts else."""
    monkeypatch.setenv("PERSONABOT_CARE_COST_PER_HOUR", "2000")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def stored(engine: Engine) -> list[Veto]:
    with session_scope(engine) as session:
        found = list(session.scalars(select(Veto).order_by(Veto.id)))
        session.expunge_all()
        return found


def judged(talk: Any) -> dict[str, Any]:
    answer: dict[str, Any] = talk.say("ist jan schulze eine anti-persona?", "check_anti_persona", contact="jan schulze")
    return answer


def test_a_contradiction_holds_at_once_and_the_reason_follows(talk: Any, store_with_personas: Engine) -> None:
    before = judged(talk)
    answer = talk.say("nein, das ist ein guter lead", "veto_verdict")
    assert "gilt ab sofort als guter Lead" in answer["text"] and "Warum?" in answer["next_step"]
    assert talk.labels() == ["Ohne Grund", "Zurücknehmen"]
    thanks = talk.say("er hat gerade Budget bekommen", "out_of_scope")
    assert "er hat gerade Budget bekommen" in thanks["text"]
    veto = stored(store_with_personas)[-1]
    assert (veto.verdict, veto.actor, veto.reason) == ("good_lead", "rep", "er hat gerade Budget bekommen")
    after = judged(talk)
    assert "das hast du am" in after["text"] and after["details"]["anti_persona"] is False
    assert any(reason.startswith("Die Daten allein") for reason in after["reasons"])
    assert after["details"]["buy"] == before["details"]["buy"]  # the data still say what they said


def test_a_reason_never_turns_the_veto_round(talk: Any, store_with_personas: Engine) -> None:
    judged(talk)
    talk.say("nein, das ist ein guter lead", "veto_verdict")
    talk.say("er hat gerade Budget bekommen", "veto_verdict")
    assert [(veto.verdict, veto.reason) for veto in stored(store_with_personas)] == [
        ("good_lead", "er hat gerade Budget bekommen")
    ]
    talk.say("nein, das ist eine anti-persona", "veto_verdict")
    talk.say("doch, ein guter lead", "veto_verdict")  # said once more, so no reason
    assert [veto.verdict for veto in stored(store_with_personas) if veto.withdrawn_at is None] == ["good_lead"]


def test_a_bare_name_contradicts_nothing(talk: Any, store_with_personas: Engine) -> None:
    judged(talk)
    assert talk.say("emily clarke", "veto_verdict", contact="emily clarke")["kind"] == "antipersona"
    assert stored(store_with_personas) == []


def test_a_reason_in_the_same_breath_is_not_asked_for_again(talk: Any, store_with_personas: Engine) -> None:
    judged(talk)
    answer = talk.say("nein, das ist ein guter lead, weil er bald unterschreibt", "veto_verdict")
    assert "er bald unterschreibt" in talk.read() and "Warum?" not in answer["next_step"]
    assert stored(store_with_personas)[-1].reason == "er bald unterschreibt"


def test_the_reason_may_be_left_out_or_forgotten(talk: Any, store_with_personas: Engine) -> None:
    judged(talk)
    talk.say("nein, das ist ein guter lead", "veto_verdict")
    assert "ohne Grund" in talk.press("Ohne Grund")["text"]
    talk.say("falsch, das ist ein guter lead", "veto_verdict")
    assert "ohne Grund" in talk.say("egal", "stop")["text"]
    talk.say("nein, das ist ein guter lead", "veto_verdict")
    assert talk.say("welche personas haben wir?", "list_personas")["kind"] == "personas"
    talk.say("es regnet heute so schön", "out_of_scope")  # the question is closed by now
    assert stored(store_with_personas)[-1].reason is None


def test_a_veto_is_taken_back_by_button_and_by_words(talk: Any, store_with_personas: Engine) -> None:
    judged(talk)
    talk.say("nein, das ist ein guter lead", "veto_verdict")
    assert "zurückgenommen" in talk.press("Zurücknehmen")["text"]
    assert stored(store_with_personas)[-1].withdrawn_at is not None
    assert "keinen Widerspruch" in talk.say("nimm mein veto zurück", "veto_verdict")["text"]


def test_a_wrong_persona_is_told_with_the_right_one(talk: Any) -> None:
    found = talk.say("persona von sabine meier", "match_persona", contact="sabine meier")["details"]["persona"]
    other = f"Persona {1 if found != 1 else 2}"
    answer = talk.say(f"falsche persona, sie gehört zu {other}", "veto_verdict", persona=other)
    assert other in answer["text"]
    talk.press("Ohne Grund")
    match = talk.say("persona von sabine meier", "match_persona", contact="sabine meier")
    assert match["text"].startswith("Du hast am") and other in match["text"] and "Die Daten sagen" in match["text"]
    assert match["details"]["vetoed"]


def test_somebody_is_vetoed_by_name_and_of_several_one_chooses(talk: Any, store_with_personas: Engine) -> None:
    answer = talk.say("emily clarke ist ein guter lead", "veto_verdict", contact="emily clarke")
    assert "Emily Clarke" in answer["text"]
    talk.say("egal", "deny")
    offered = talk.say("müller ist ein guter lead", "veto_verdict", contact="müller")
    assert offered["kind"] == "choices" and len(stored(store_with_personas)) == 1
    assert "guter Lead" in talk.press("Anja Müller")["text"]
    assert len(stored(store_with_personas)) == 2


def test_a_veto_on_nobody_asks_about_whom(talk: Any, store_with_personas: Engine) -> None:
    answer = talk.say("das ist ein guter lead", "veto_verdict")
    assert "Um" in answer["text"] and stored(store_with_personas) == []
    assert "Emily Clarke" in talk.say("emily clarke", "follow_up", contact="emily clarke")["text"]
    assert [veto.verdict for veto in stored(store_with_personas)] == ["good_lead"]


def test_that_is_wrong_is_a_veto_after_a_verdict_and_a_plain_no_is_not(talk: Any, store_with_personas: Engine) -> None:
    talk.say("das ist falsch", "deny")
    judged(talk)
    talk.say("nein", "deny")
    assert stored(store_with_personas) == []
    assert "Verstanden" in talk.say("das ist falsch", "deny")["text"]
    assert len(stored(store_with_personas)) == 1


def test_the_anti_personas_are_listed_with_cost_and_the_first_is_opened(
    talk: Any, dear_care: None, store_with_personas: Engine
) -> None:
    answer = talk.say("welche leads in der pipeline sind anti-personas?", "list_anti_personas")
    assert answer["kind"] == "pipeline" and answer["details"]["found"] > 5
    assert len(answer["table"]["rows"]) == 5
    assert any("Stunden kosten" in reason and "n = " in reason for reason in answer["reasons"])
    first = answer["table"]["rows"][0][1]
    sixth = talk.press("Weitere")["table"]["rows"][0]
    assert sixth[0] == "6" and sixth[1] != first
    talk.say("welche leads in der pipeline sind anti-personas?", "list_anti_personas")
    opened = talk.say("den ersten", "choose_option")
    assert opened["kind"] == "antipersona" and opened["details"]["anti_persona"]
    assert opened["card"]["title"] == first
    with session_scope(store_with_personas) as session:
        assert session.scalar(select(Audit.id).where(Audit.action == "list_anti_personas").limit(1)) is not None


def test_why_the_first_of_the_list_stands_there(talk: Any, dear_care: None) -> None:
    first = talk.say("welche leads sind anti-personas?", "list_anti_personas")["table"]["rows"][0][1]
    asked = talk.say("wieso steht der erste da", "explain_reason")
    opened = talk.say("den ersten", "choose_option")
    assert opened["card"]["title"] == first
    talk.say("warum", "explain_reason")
    assert asked["text"] == talk.answers[0]["text"]


def test_the_list_is_narrowed_by_phase_and_company_and_goes_on(talk: Any, dear_care: None) -> None:
    everywhere = talk.say("anti-personas in der pipeline", "list_anti_personas")
    assert (
        talk.say("anti-personas im Angebot", "list_anti_personas")["details"]
        == talk.say("anti-personas in der Entscheidungsphase", "list_anti_personas")["details"]
    )
    deciding = talk.say("anti-personas in der Entscheidungsphase", "list_anti_personas")
    assert 0 < deciding["details"]["found"] < everywhere["details"]["found"]
    assert {row[2] for row in deciding["table"]["rows"]} == {"Entscheidung"}
    at = talk.say("und bei Nordwerk?", "follow_up", company="Nordwerk")
    assert " bei Nordwerk" in at["text"]
    missing = talk.say("anti-personas bei Xanthippe", "list_anti_personas", company="Xanthippe")
    assert "Xanthippe" in missing["text"] and missing["kind"] == "error"
    assert "Betreuungszeiten" in talk.say("wie berechnest du das", "explain_reason")["text"]


def test_both_work_in_english(english: Any, dear_care: None) -> None:
    answer = english.say("which leads are anti-personas?", "list_anti_personas")
    assert "anti-personas" in answer["text"] and any("more hours" in reason for reason in answer["reasons"])
    english.say("the first one", "choose_option")
    noted = english.say("no, that's a good lead", "veto_verdict")
    assert "counts as a good lead" in noted["text"] and "Why?" in noted["next_step"]
    assert "noted" in english.say("he just got the budget", "out_of_scope")["text"]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Nein, das ist ein guter Lead", "good_lead"),
        ("no that is a good lead", "good_lead"),
        ("das stimmt nicht, der wird kaufen", "good_lead"),
        ("Schulze ist keine Anti-Persona", "good_lead"),
        ("he isn't a waste of time", "good_lead"),
        ("nein, der kauft nie", "anti_persona"),
        ("No, he will never buy", "anti_persona"),
        ("der lohnt sich überhaupt nicht", "anti_persona"),
        ("that's not a good lead", "anti_persona"),
        ("Doch, das ist eine Anti-Persona", "anti_persona"),
        ("das ist ein guter Lead, weil er kein Student ist", "good_lead"),
        ("Falsche Persona, das ist eher Persona 2", "other_persona"),
        ("wrong persona", "other_persona"),
        ("Weber gehört zu Persona 1", "other_persona"),
        ("Nimm meinen Widerspruch zurück", "withdraw"),
        ("please withdraw my veto", "withdraw"),
        ("da liegst du falsch", None),
        ("", None),
    ],
)
def test_what_a_contradiction_says(text: str, holds: str | None) -> None:
    assert holds_in(text) == holds


def test_other_words_of_contradictions() -> None:
    assert contradicts("das ist falsch") and contradicts("I disagree") and not contradicts("nein danke")
    assert skips("egal") and skips("No reason.") and not skips("egal ist mir das nicht")
    assert begins_a_reason("er hat Budget") and not begins_a_reason("welche Personas gibt es")
    assert reason_in("guter Lead, weil er Budget hat") == "er Budget hat" and reason_in("guter Lead") is None
    assert holds_in("a " * 100_000) is None


@pytest.mark.parametrize(
    "question",
    [
        "ist jan schulze eine antipersona",
        "ist jan schulze ein guter lead?",
        "lohnt sich jan schulze",
        "wird jan schulze kaufen",
        "is jan schulze an anti-persona",
        "does jan schulze buy",
        "jan schulze ist eine anti-persona?",
    ],
)
def test_a_question_taken_for_a_contradiction_stores_nothing(
    talk: Any, store_with_personas: Engine, question: str
) -> None:
    assert talk.say(question, "veto_verdict", contact="jan schulze")["kind"] == "antipersona"
    assert stored(store_with_personas) == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_contradiction_that_is_taught_looks_like_a_question(language: str) -> None:
    path = PROJECT_ROOT / "data" / "nlu" / language / "veto_verdict.yml"
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    said = [
        re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line[2:])
        for line in lines
        if line.startswith("- ") and "intent" not in line
    ]
    assert len(said) > 30
    assert [text for text in said if asks(text)] == []


def test_who_contradicts_no_verdict_is_asked_what_is_wrong(talk: Any, store_with_personas: Engine) -> None:
    talk.say("wie erreiche ich jan schulze", "ask_approach", contact="jan schulze")
    answer = talk.say("falsch", "veto_verdict")
    assert "Was stimmt bei Jan Schulze nicht?" in answer["text"]
    assert not stored(store_with_personas)
    answer = talk.press("Guter Lead")
    assert "gilt ab sofort als guter Lead" in answer["text"]
    assert [veto.verdict for veto in stored(store_with_personas)] == ["good_lead"]


def test_who_denies_a_role_means_the_persona(talk: Any, store_with_personas: Engine) -> None:
    talk.say("wie erreiche ich jan schulze", "ask_approach", contact="jan schulze")
    answer = talk.say("falsch, der ist kein geschäftsführer", "veto_verdict")
    assert "Die Persona von Jan Schulze stimmt nicht" in answer["text"]
    assert [veto.verdict for veto in stored(store_with_personas)] == ["other_persona"]


@pytest.mark.parametrize(("text", "intent"), [("zurück", "restart"), ("undo", "out_of_scope")])
def test_back_takes_back_what_was_just_noted(talk: Any, store_with_personas: Engine, text: str, intent: str) -> None:
    judged(talk)
    talk.say("nein, das ist ein guter lead", "veto_verdict")
    assert "zurückgenommen" in talk.say(text, intent)["text"]
    assert [veto.withdrawn_at is None for veto in stored(store_with_personas)] == [False]
