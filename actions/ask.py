"""Asks a question whose subject is known, and keeps the talk up to date."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answering import CAPABILITIES, Asked, answer_to, needs_subject
from actions.answers import choose_person_answer, choose_persona_answer, nobody_answer
from actions.answers.people import choose_company_answer, no_company_answer
from actions.answers.personas import no_such_persona_answer
from actions.answers.talk import whom_answer
from actions.context import Request
from actions.erasing import begin_erasure
from actions.marketing_subject import known_still
from actions.objections import note_objection
from actions.qualification import judged_role
from actions.reply import LookUp, Reply
from actions.state import MOST_OPTIONS, Kind, Option, Question, Subject, SubjectKind, Talk
from actions.storing import take_up
from actions.subject import (
    Meaning,
    NamedCompany,
    company_by_id,
    company_called,
    contact_by_id,
    people_at,
    person_subject,
    persona_subject,
)
from actions.vetoes import note
from persona_store.answer import Answer
from persona_store.database.models import Persona
from persona_store.names import Person
from persona_store.segmentation.profiles import list_profiles
from persona_store.settings import Language
from persona_store.wording import say


def ask(request: Request, session: Session, question: Question, people: Sequence[Person] = ()) -> Reply:
    """The answers to `question`, or what is still needed to answer it; `people` are all its contact may be."""
    if question.kinds == ("lead",):
        return take_up(request, session, question)
    if question.subject is None and needs_subject(question):
        return _ask_whom(request, question)
    if question.subject is not None and question.subject.kind == "role" and "antipersona" in question.kinds:
        return _judge_role(request, session, question, question.subject)
    if question.subject is not None and not _can_be_about(question, question.subject.kind):
        return _ask_about_other(request, session, question, question.subject)
    if question.subject is not None and question.subject.kind == "contact":
        known = contact_by_id(session, question.subject.key)
        if known.subject is None:  # erased, or objected to profiling, since it was last spoken of
            return ask_about(request, session, question, known)
        question = replace(question, subject=known.subject, lead=None)
    if question.subject is not None and question.subject.kind == "company":
        company = company_by_id(session, question.subject.key)
        if company.subject is None:
            return ask_about_company(request, session, question, company)
        question = replace(question, subject=company.subject)
    if question.subject is not None and question.subject.kind == "persona":
        persona = known_still(session, question.subject, request.language)
        if persona is None:  # a new build has come since it was last spoken of, in which it does not go on
            return ask_which_of_all(request, session, None)
        question = replace(question, subject=persona)
    if question.kinds == ("veto",):
        return note(request, session, question)
    if question.kinds == ("objection",):
        return note_objection(request, session, question)
    if question.kinds == ("erasure",):
        return begin_erasure(request, session, question)
    who = request.identity
    asked = Asked(session, request.language, question, who.user, who.rights, who.conversation)
    answers = [answer_to(asked, kind) for kind in question.kinds]
    offer = _next_question(question, answers[-1], request.talk.question)
    if offer is not None and offer.subject is not None:
        name = offer.subject.name
        if offer.subject.kind == "role":
            name = say("answer.quoted", request.language, name=name)
        offered = say(f"offer.{offer.kinds[0]}", request.language, name=name)
        answers[-1] = replace(answers[-1], next_step=f"{answers[-1].next_step} {offered}".strip())
    talk = replace(_talk_after(request.talk, question, people), offer=offer)
    if question.kinds == ("personas",):
        listed = [(one.info.id, one.info.name(request.language)) for one in list_profiles(session)]
        talk = replace(talk, options=_persona_options(listed, ("persona",)), chosen=None)
    if question.kinds == ("statistics",) and question.by == "persona":
        talk = replace(talk, persona=_first_persona(session, answers[0], request.language) or talk.persona)
    if question.kinds == ("centre",):
        talk = replace(talk, options=_members(session, answers[0]), chosen=None)
    return Reply(tuple(answers), talk, _look_ups(question))


def ask_about(request: Request, session: Session, question: Question, meaning: Meaning) -> Reply:
    """Asks `question` about the contact that was meant, or offers those who may be meant."""
    if meaning.subject is not None:
        return ask(request, session, replace(question, subject=meaning.subject), meaning.people)
    if not meaning.people and meaning.unknown is None:
        return _ask_whom(request, question)
    if meaning.firm and (firm := company_called(session, meaning.unknown or "")).subject is None:
        return ask_about_company(request, session, question, firm)
    people = meaning.people[:MOST_OPTIONS]
    options = tuple(_person_option(person, question) for person in people)
    if meaning.unknown is None:
        answer = choose_person_answer(people, request.language, more=len(meaning.people) > len(people))
    else:
        answer = nobody_answer(meaning.unknown, people, request.language)
    talk = replace(request.talk, question=replace(question, subject=None), explained=0, missed=0)
    look_ups = tuple(LookUp("choice", person.contact_id) for person in people)
    return Reply((answer,), replace(talk, options=options, chosen=None, offer=None), look_ups)


def ask_about_company(request: Request, session: Session, question: Question, meaning: NamedCompany) -> Reply:
    """Asks `question` about the company that was meant, or offers those that may be meant."""
    if meaning.subject is not None:
        return ask(request, session, replace(question, subject=meaning.subject))
    if meaning.missing:
        return _ask_whom(request, question)
    companies = meaning.companies[:MOST_OPTIONS]
    options = tuple(
        Option(f"{one.name}, {one.company}" if one.company else one.name, replace(question, subject=one))
        for one in companies
    )
    if meaning.unknown is None:
        answer = choose_company_answer(options, request.language, more=len(meaning.companies) > len(companies))
    else:
        answer = no_company_answer(meaning.unknown, options, request.language)
    talk = replace(request.talk, question=replace(question, subject=None), explained=0, missed=0)
    return Reply((answer,), replace(talk, options=options, chosen=None, offer=None))


def ask_which_persona(
    request: Request, session: Session, personas: Sequence[Persona], kinds: tuple[Kind, ...]
) -> Reply:
    """Offers the personas to choose from."""
    options = _persona_options([(persona.id, persona.name(request.language)) for persona in personas], kinds)
    intent = "ask_approach" if "approach" in kinds else "describe_persona"
    answer = choose_persona_answer(personas, request.language, intent)
    talk = replace(request.talk, question=Question(kinds), explained=0, missed=0, offer=None)
    return Reply((answer,), replace(talk, options=options, chosen=None))


def ask_which_of_all(request: Request, session: Session, named: str | None) -> Reply:
    """Which persona was meant cannot be told: all there are, to choose from."""
    profiles = list_profiles(session)
    answer = no_such_persona_answer(named, profiles, request.language)
    options = _persona_options([(one.info.id, one.info.name(request.language)) for one in profiles], ("persona",))
    talk = replace(request.talk, question=Question(("persona",)), explained=0, missed=0, offer=None)
    return Reply((answer,), replace(talk, options=options, chosen=None))


def _can_be_about(question: Question, kind: SubjectKind) -> bool:
    """Whether there is an answer about such a subject; of people and roles a persona question tells their persona."""
    return all(
        kind in CAPABILITIES[one].about or (one == "persona" and kind != "company")
        for one in question.kinds
        if one in CAPABILITIES and CAPABILITIES[one].needs_subject
    )


def _ask_about_other(request: Request, session: Session, question: Question, subject: Subject) -> Reply:
    """What cannot be asked about this subject: of a company about its people, else about whomever is named next."""
    asked = replace(question, subject=None)
    if subject.kind == "company":
        return ask_about(request, session, asked, people_at(request, session, subject.name))
    return _ask_whom(request, asked)


def _judge_role(request: Request, session: Session, question: Question, role: Subject) -> Reply:
    """Whoever has the role is judged as a lead that is only described, persona included; then what else was asked."""
    reply = judged_role(request, session, role)
    rest = tuple(kind for kind in question.kinds if kind not in ("antipersona", "match"))
    if not rest:
        return reply
    other = ask(request, session, replace(question, kinds=rest))
    return replace(other, answers=(*reply.answers, *other.answers))


def _ask_whom(request: Request, question: Question) -> Reply:
    talk = replace(request.talk, question=question, explained=0, options=(), chosen=None, offer=None, missed=0)
    return Reply((whom_answer(question, request.language),), talk)


def _person_option(person: Person, question: Question) -> Option:
    subject = person_subject(person)
    label = f"{subject.name}, {subject.company}" if subject.company else subject.name
    return Option(label, replace(question, subject=subject))


def _members(session: Session, centre: Answer) -> tuple[Option, ...]:
    """The first people of a buying centre, to be asked about ("wie erreiche ich den zweiten?")."""
    found = (contact_by_id(session, str(key)).subject for key in centre.details.get("contacts", ())[:MOST_OPTIONS])
    return tuple(Option(one.name, Question(("approach",), one)) for one in found if one is not None)


def _first_persona(session: Session, figures: Answer, language: Language) -> Subject | None:
    """The persona that a question for the best or worst found, which is whom "they" means next."""
    first = figures.details.get("first")
    persona = session.get(Persona, int(first)) if isinstance(first, str) and first.isdigit() else None
    return None if persona is None else persona_subject(persona, language)


def _persona_options(personas: Sequence[tuple[int, str]], kinds: tuple[Kind, ...]) -> tuple[Option, ...]:
    return tuple(Option(name, Question(kinds, Subject("persona", str(key), name))) for key, name in personas)


def _talk_after(talk: Talk, question: Question, people: Sequence[Person]) -> Talk:
    subject = question.subject
    options = tuple(_person_option(person, question) for person in people[:MOST_OPTIONS])
    chosen = 0 if len(options) > 1 else None
    if chosen is None and subject is not None:  # of those offered the others stay open, for "and the second one?"
        about = [option.question.subject for option in talk.options]
        chosen = next((index for index, one in enumerate(about) if one and one.same_as(subject)), None)
        options = tuple(
            replace(option, question=replace(question, subject=one))
            for option, one in zip(talk.options, about, strict=True)
        )
        if chosen is None and talk.chosen is not None and all(one and one.kind != subject.kind for one in about):
            options, chosen = talk.options, talk.chosen  # a list of personas stays one after a look at a role
    return replace(
        talk,
        contact=subject if subject and subject.kind == "contact" else talk.contact,
        role=subject if subject and subject.kind == "role" else talk.role,
        persona=subject if subject and subject.kind == "persona" else talk.persona,
        question=question,
        explained=0,
        options=options if chosen is not None else (),
        chosen=chosen,
        missed=0,
    )


def _next_question(question: Question, answer: Answer, before: Question | None) -> Question | None:
    """What to propose: from who somebody is to how to reach them, and from there to whether it pays.

    What was asked about the same subject just `before` is not proposed again.
    """
    subject, last = question.subject, question.kinds[-1]
    if subject is None or answer.kind == "error":
        return None
    then = CAPABILITIES[last].then
    if last == "approach":
        then = "antipersona" if subject.kind == "contact" else "match" if subject.kind == "role" else "persona"
    elif last == "antipersona" and answer.details.get("anti_persona"):
        then = "match"
    if then is None or subject.kind not in CAPABILITIES[then].about:
        return None
    done = question.kinds
    if before is not None and before.subject is not None and before.subject.same_as(subject):
        done = (*done, *before.kinds)
    return None if then in done else Question((then,), subject)


def _look_ups(question: Question) -> tuple[LookUp, ...]:
    subject = question.subject
    if subject is None or subject.kind != "contact":
        return ()
    return tuple(LookUp(kind, subject.id) for kind in question.kinds)
