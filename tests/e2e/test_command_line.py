"""The command line against the running product: each question, as text and as JSON."""

import json

import pytest

from tests.e2e.product import Product


@pytest.mark.e2e
def test_ask_answers_and_the_next_question_may_refer_to_it(product: Product) -> None:
    first = product.personabot("ask", "zu welcher persona passt Sabine Meier", "--conversation", "e2e", "--json")
    assert json.loads(first.stdout)["messages"][0]["kind"] == "match"
    second = product.personabot("ask", "und wie erreich ich sie?", "--conversation", "e2e")
    assert "Sabine Meier" in second.stdout


@pytest.mark.e2e
def test_chat_reads_lines_and_numbers_pick_choices(product: Product) -> None:
    talk = product.personabot("chat", typed="welche persona hat müller\n2\n/ende\n")
    assert talk.stdout.count("Müller") > 3
    assert "Persona" in talk.stdout


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("match", "#4711"), {"personas", "confidence", "reasons_for"}),
        (("antipersona", "Jan Schulze"), {"buy", "worth", "advice"}),
        (("approach", "Emily Clarke"), {"channels"}),
        (("approach", "IT-Leiter"), {"channels"}),
        (("role", "Leiterin Vertrieb (m/w/d)"), {"function", "level"}),
        (("describe", "cfo aus der pharmabranche, konzern, kam über linkedin"), {"function", "industry"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_json_of_single_questions(product: Product, arguments: tuple[str, ...], keys: set[str]) -> None:
    found = json.loads(product.personabot(*arguments, "--json").stdout)
    assert keys <= found.keys()


@pytest.mark.e2e
def test_unclear_names_end_with_choices_and_exit_code_2(product: Product) -> None:
    result = product.personabot("match", "Müller", check=False)
    assert result.returncode == 2
    assert "Stefan Müller" in result.stdout


@pytest.mark.e2e
@pytest.mark.parametrize(
    "arguments",
    [("import", "nowhere.csv"), ("ask", "hallo", "--conversation", "a b"), ("users", "add", "x" * 500)],
    ids=["missing file", "conversation id", "user name"],
)
def test_bad_input_is_one_sentence_and_exit_code_2(product: Product, arguments: tuple[str, ...]) -> None:
    result = product.personabot(*arguments, check=False)
    assert result.returncode == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.e2e
def test_importing_the_same_files_again_changes_nothing(product: Product) -> None:
    report = json.loads(product.personabot("import", str(product.crm), "--json").stdout)
    assert {kind: (counts["new"], counts["changed"]) for kind, counts in report["tables"].items()} == dict.fromkeys(
        report["tables"], (0, 0)
    )


@pytest.mark.e2e
def test_doctor_finds_everything_working_and_an_import_that_the_build_does_not_know(product: Product) -> None:
    findings = json.loads(product.personabot("doctor", "--json").stdout)
    assert findings.pop("current") is False  # guests came after the build
    assert all(findings.values()), findings


@pytest.mark.e2e
def test_a_second_start_on_the_same_ports_is_refused_with_the_setting_to_change(product: Product) -> None:
    result = product.personabot("up", check=False)
    assert result.returncode == 1
    assert "PERSONABOT_ACTIONS_PORT" in result.stderr
