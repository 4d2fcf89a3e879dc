"""What is said around the questions: greetings, help, what went wrong, and how to go on."""

from actions.answers.common import button, labelled_button
from actions.state import Question
from persona_store.answer import Answer, Choice
from persona_store.errors import PersonaBotError
from persona_store.settings import Language
from persona_store.wording import number, say

PLAIN = ("goodbye", "thank")  # nothing needs to follow these


def talk_answer(name: str, language: Language) -> Answer:
    """The text `talk.<name>.text`, with what to do next and the examples."""
    if name in PLAIN:
        return Answer("talk", language, say(f"talk.{name}.text", language))
    return Answer(
        "talk",
        language,
        say(f"talk.{name}.text", language),
        next_step=say(f"talk.{name}.next", language),
        choices=examples(language),
    )


def again_answer(name: str, language: Language) -> Answer:
    """What follows a greeting or thanks that was answered before: shorter, and never the same words."""
    return Answer("talk", language, say(f"talk.{name}.again", language))


def help_answer(language: Language) -> Answer:
    """What one can ask, each with an example."""
    topics = ("match", "approach", "antipersona", "personas", "persona", "why", "follow_up", "language")
    return Answer(
        "talk",
        language,
        say("talk.help.text", language),
        reasons=tuple(say(f"talk.help.{topic}", language) for topic in topics),
        next_step=say("talk.help.next", language),
        choices=examples(language),
    )


def missed_answer(missed: int, language: Language) -> Answer:
    """Not understood, or not what the assistant is for; said in another way each time, the third time as a menu."""
    if missed > 2:
        return help_answer(language)
    return talk_answer("missed_again" if missed == 2 else "missed", language)


def whom_answer(question: Question, language: Language) -> Answer:
    """A question about nobody in particular: whom is it about?"""
    kind = question.kinds[0]
    return Answer("talk", language, say(f"whom.{kind}", language), next_step=say("whom.how", language))


def staff_answer(name: str, company: str | None, employees: int | None, language: Language) -> Answer:
    """How many people work at the company of a contact, or that the data do not tell."""
    if company is not None and employees is not None:
        shown = number(employees, language)
        return Answer("talk", language, say("staff.text", language, company=company, n=shown, name=name))
    key = "no_company" if company is None else "unknown"
    text = say(f"staff.{key}", language, company=company or "", name=name)
    return Answer("talk", language, text, next_step=say("staff.next", language))


def which_language_answer(language: Language) -> Answer:
    """The languages there are."""
    choices = tuple(
        labelled_button(say(f"button.language_{one}", language), "change_language", {"language": one})
        for one in ("de", "en")
    )
    return Answer("talk", language, say("talk.which_language", language), choices=choices)


def nothing_offered_answer(language: Language) -> Answer:
    """Something was picked, but nothing had been offered."""
    return Answer("talk", language, say("talk.nothing_offered", language), choices=examples(language))


def no_personas_answer(language: Language) -> Answer:
    """There are no personas, or the data hold none for this market."""
    return Answer("error", language, say("personas.none", language), next_step=say("personas.none_next", language))


def not_allowed_answer(language: Language) -> Answer:
    """Who asks has not proved who they are."""
    return Answer("error", language, say("talk.not_allowed", language))


def missing_right_answer(right: str, language: Language) -> Answer:
    """The asker's rights do not cover this; what they do cover, as buttons."""
    open_to_all = {"introduction": "start_onboarding", "quiz": "start_quiz", "personas": "list_personas"}
    return Answer(
        "error",
        language,
        say(f"rights.refused.{right}", language),
        next_step=say("rights.next", language),
        choices=tuple(
            labelled_button(say(f"rights.button.{key}", language), intent, {}) for key, intent in open_to_all.items()
        ),
    )


def said_error_answer(error: PersonaBotError, language: Language) -> Answer:
    """An error whose message is a sentence for people."""
    return Answer("error", language, str(error), choices=(button("help", language, "help"),))


def unavailable_answer(language: Language) -> Answer:
    """The store does not answer, or an import holds it."""
    return Answer("error", language, say("error.actions_down", language))


def failed_answer(language: Language) -> Answer:
    """Something broke; the person did nothing wrong."""
    return Answer("error", language, say("talk.failed", language), choices=(button("help", language, "help"),))


def examples(language: Language) -> tuple[Choice, ...]:
    """Three questions to try."""
    return (
        button("personas", language, "list_personas"),
        button("approach_it", language, "ask_approach", role="it/head"),
        button("approach_sales", language, "ask_approach", role="sales/head"),
    )
