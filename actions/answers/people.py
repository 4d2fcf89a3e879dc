"""Who may be meant: several of one name, or nobody of that name and who comes near."""

from collections.abc import Sequence

from actions.answers.common import COMPANY_PAYLOAD, CONTACT_PAYLOAD, labelled_button, quoted
from actions.state import Option
from persona_store.answer import Answer, Choice
from persona_store.names import Person
from persona_store.settings import Language
from persona_store.wording import say


def choose_person_answer(people: Sequence[Person], language: Language, *, more: bool = False) -> Answer:
    """Several people fit: each as a choice, told apart by company and job title; `more` fit than are shown."""
    text = say("people.choose_more" if more else "people.choose", language, count=len(people))
    return Answer("choices", language, text, next_step=say("people.how_to_choose", language), choices=_choices(people))


def nobody_answer(name: str, people: Sequence[Person], language: Language) -> Answer:
    """Nobody has that name: the nearest names, and how to go on."""
    if not people:
        text = say("people.nobody", language, name=quoted(name))
        return Answer("error", language, text, next_step=say("people.how_to_find", language))
    text = say("people.nearest", language, count=len(people), name=quoted(name), nearest=_shown(people[0]))
    next_step = say("people.confirm" if len(people) == 1 else "people.how_to_choose", language)
    return Answer("choices", language, text, next_step=next_step, choices=_choices(people))


def choose_company_answer(options: Sequence[Option], language: Language, *, more: bool = False) -> Answer:
    """Several companies fit: each as a choice; `more` fit than are shown."""
    text = say("company.choose_more" if more else "company.choose", language, count=len(options))
    choices = tuple(_option_button(option) for option in options)
    return Answer("choices", language, text, next_step=say("company.how_to_choose", language), choices=choices)


def no_company_answer(name: str, options: Sequence[Option], language: Language) -> Answer:
    """No company has that name: the nearest names, and how to go on."""
    if not options:
        text = say("company.nobody", language, name=quoted(name))
        return Answer("error", language, text, next_step=say("company.how_to_find", language))
    text = say("company.nearest", language, count=len(options), name=quoted(name), nearest=options[0].label)
    next_step = say("people.confirm" if len(options) == 1 else "company.how_to_choose", language)
    choices = tuple(_option_button(option) for option in options)
    return Answer("choices", language, text, next_step=next_step, choices=choices)


def offer_again_answer(options: Sequence[Option], language: Language) -> Answer:
    """The options once more, after a pick that fits none or several of them."""
    choices = tuple(_option_button(option) for option in options)
    text = say("people.again", language, count=len(options))
    return Answer("choices", language, text, next_step=say("people.how_to_choose", language), choices=choices)


def _option_button(option: Option) -> Choice:
    subject, kinds = option.question.subject, option.question.kinds
    if subject is not None and subject.kind == "persona":
        intent = "ask_approach" if "approach" in kinds else "describe_persona"
        return labelled_button(option.label, intent, {"persona": subject.name})
    key = subject.key if subject else ""
    if subject is not None and subject.kind == "company":
        return labelled_button(option.label, "choose_option", {"company": f"{COMPANY_PAYLOAD}{key}"})
    return labelled_button(option.label, "choose_option", {"contact": f"{CONTACT_PAYLOAD}{key}"})


def _choices(people: Sequence[Person]) -> tuple[Choice, ...]:
    return tuple(
        labelled_button(_shown(person), "choose_option", {"contact": f"{CONTACT_PAYLOAD}{person.contact_id}"})
        for person in people
    )


def _shown(person: Person) -> str:
    return ", ".join(part for part in (person.name, person.job_title, person.company) if part)
