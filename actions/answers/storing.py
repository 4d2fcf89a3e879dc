"""What is asked and said when a described lead is stored as a new contact."""

from actions.answers.common import button, chance, contact_buttons, labelled_button, persona_name
from actions.answers.lead import WITHOUT_COMPANY, pressed_button
from actions.state import Subject
from persona_store.answer import Answer
from persona_store.matching import Match
from persona_store.settings import Language
from persona_store.wording import say


def name_question(language: Language, *, again: bool = False) -> Answer:
    """What the lead is called."""
    return Answer("lead", language, say("store_lead.name_again" if again else "store_lead.name", language))


def company_question(name: str, language: Language, *, again: bool = False) -> Answer:
    """Where the lead works."""
    text = say("store_lead.company_again" if again else "store_lead.company", language, name=name)
    without = pressed_button(say("qualify.button.without_company", language), WITHOUT_COMPANY)
    return Answer("lead", language, text, choices=(without,))


def confirm_question(name: str, company: str | None, facts: str, language: Language, *, again: bool = False) -> Answer:
    """What will be stored, to be confirmed."""
    known = facts or say("store_lead.nothing_known", language)
    text = say("store_lead.confirm", language, name=name, company=_at(company, language), facts=known)
    if again:
        text = f"{say('store_lead.confirm_again', language)} {text}"
    choices = (
        labelled_button(say("qualify.button.yes", language), "affirm", {}),
        labelled_button(say("qualify.button.no", language), "deny", {}),
    )
    return Answer("lead", language, text, choices=choices)


def blocked_answer(language: Language) -> Answer:
    """Somebody of this name objected to profiling."""
    return Answer(
        "talk", language, say("store_lead.blocked", language), next_step=say("store_lead.blocked_next", language)
    )


def there_answer(subject: Subject, language: Language) -> Answer:
    """Who is in the CRM already."""
    return Answer(
        "talk",
        language,
        say("store_lead.there", language, name=subject.name, company=_at(subject.company, language)),
        next_step=say("store_lead.there_next", language, name=subject.name),
        choices=contact_buttons(subject.id, language, "match", "approach", "antipersona"),
    )


def stored_answer(subject: Subject, match: Match | None, language: Language) -> Answer:
    """The new contact, with its persona."""
    texts = [say("store_lead.stored", language, name=subject.name, company=_at(subject.company, language))]
    if match is not None and match.confidence in ("certain", "likely"):
        share = chance(match.best.probability, language)
        texts.append(
            say("store_lead.stored_persona", language, persona=persona_name(match.best, language), share=share)
        )
    return Answer(
        "lead",
        language,
        " ".join(texts),
        next_step=say("store_lead.stored_next", language),
        choices=(
            *contact_buttons(subject.id, language, "approach", "match"),
            button("why", language, "explain_reason"),
        ),
        details={"contact_id": subject.id, "persona": match.best.number if match else None},
    )


def not_stored_answer(language: Language) -> Answer:
    """Nothing was stored, as wished."""
    text, next_step = say("store_lead.not_stored", language), say("store_lead.not_stored_next", language)
    return Answer("talk", language, text, next_step=next_step)


def refused_answer(language: Language) -> Answer:
    """The store did not take the lead."""
    why = say("store_lead.refused_unknown", language)
    return Answer("error", language, say("store_lead.refused", language, why=why))


def _at(company: str | None, language: Language) -> str:
    return say("store_lead.at", language, company=company) if company else ""
