"""Takes a person out of what the talk remembers, and reads who a dialogue about them is about."""

from dataclasses import replace

from actions.state import Running, Subject, Talk


def forgotten(talk: Talk, subject: Subject) -> Talk:
    """The talk without this person, and without the dialogue that went on about them."""
    about = talk.question.subject if talk.question else None
    here = about is not None and about.same_as(subject)
    return replace(
        talk,
        contact=None if talk.contact and talk.contact.same_as(subject) else talk.contact,
        question=None if here else talk.question,
        explained=0,
        options=tuple(
            one for one in talk.options if one.question.subject is None or not one.question.subject.same_as(subject)
        ),
        chosen=None,
        offer=None,
        missed=0,
        running=None,
        reasonless=None,
    )


def read_subject(running: Running) -> Subject | None:
    """The contact a dialogue is about; None where its state is not of the expected form."""
    key, name, company = (running.state.get(part) for part in ("key", "name", "company"))
    if not isinstance(key, str) or not key.isascii() or not key.isdigit() or not isinstance(name, str):
        return None
    return Subject("contact", key, name, company if isinstance(company, str) else None)
