"""Whom or what a message means: a contact, a company, a role or a persona, by what it names or was spoken of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from actions.answers.common import COMPANY_PAYLOAD, CONTACT_PAYLOAD, role_name
from actions.context import Mention, Request
from actions.cues import (
    address_in,
    firm_behind,
    follows_at,
    follows_persona,
    means_other,
    possible_names,
    salutation_before,
    same_salutation,
)
from actions.denied import without_denied
from actions.ordinals import ordinal_in, place_of
from actions.spelling import SHORTEST_OF_FIRM, alike, spelt
from actions.state import LONGEST_NAME, ROLE_KEY, Subject, SubjectKind
from persona_store.database.models import Company, Contact, Persona
from persona_store.lexicon import normalise_title
from persona_store.names import (
    Person,
    companies_in,
    company_meant,
    find_people,
    find_personas,
    is_clear,
    normal_name,
)
from persona_store.privacy.rights import demand
from persona_store.settings import Language

MOST_LOOKED_AT = 20  # people of one name, among whom a salutation may decide
MOST_NAMES = 3  # of one message that are looked up
LONGEST_FULL_NAME = 3  # words
MOST_WORDS_LOOKED_UP = 8  # of a message in which nobody was recognised
UNKNOWN_ROLE = ("other", "unknown")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means.

    `subject` is empty when it is unclear: then `people` are those it may be, or, with `unknown` (the name that was
    not found), those whose names are nearest. With a contact as `subject`, `people` are all it may have been. `firm`
    says that `unknown` is a company's name.
    """

    subject: Subject | None = None
    people: tuple[Person, ...] = ()
    unknown: str | None = None
    firm: bool = False

    @property
    def known(self) -> bool:
        """Whether there is somebody of that name, one or several."""
        return self.subject is not None or (bool(self.people) and self.unknown is None)

    @property
    def missing(self) -> bool:
        """Whether the message names nobody at all."""
        return self.subject is None and not self.people and self.unknown is None


@dataclass(frozen=True, slots=True)
class NamedCompany:
    """The company that a message names.

    `subject` is empty when it is unclear: then `companies` are those it may be, or, with `unknown` (the name that was
    not found), those whose names are nearest.
    """

    subject: Subject | None = None
    companies: tuple[Subject, ...] = ()
    unknown: str | None = None

    @property
    def known(self) -> bool:
        """Whether there is a company of that name, one or several."""
        return self.subject is not None or (bool(self.companies) and self.unknown is None)

    @property
    def missing(self) -> bool:
        """Whether the message names no company at all."""
        return self.subject is None and not self.companies and self.unknown is None


@dataclass(frozen=True, slots=True)
class NamedPersonas:
    """The personas that a message names.

    `unknown` is a name that no persona bears, where no other was found; `missing` also where others were.
    """

    personas: tuple[Persona, ...] = ()
    unknown: str | None = None
    missing: str | None = None


def named_contact(request: Request, session: Session) -> Meaning:
    """The contact that the message names, by name, address, number, company or place in what was offered.

    Missing when it names none. What was taken for a name need not be one: the first that somebody bears is taken, and
    where nobody bears any, the words of the message are looked up one by one.
    """
    company = next((mention.text for mention in request.named("company")), None)
    meanings = []
    for mention in request.named("contact")[:MOST_NAMES]:
        if mention.text.startswith(CONTACT_PAYLOAD):
            return contact_by_id(session, mention.text.removeprefix(CONTACT_PAYLOAD))
        said = salutation_before(request.text, mention.start)
        firm = company or firm_behind(request.text, mention.start + len(mention.text))
        meaning = people_meant(session, mention.text, firm, said)
        exactly = any(person.exact for person in meaning.people)
        if company is None and not exactly and follows_at(request.text, mention.start):
            meaning = _firm(people_at(request, session, mention.text))
        meanings.append(meaning)
    address = address_in(request.text)
    if address and not meanings:
        meanings.append(people_meant(session, address, None, None))
    elif company and not any(meaning.known for meaning in meanings):
        there = people_at(request, session, company)
        named = next((meaning.unknown for meaning in meanings if meaning.unknown), None)
        if named is not None and there.subject is not None:  # the only one there has another name: not who was meant
            there = Meaning(people=there.people, unknown=named)
        meanings.append(there if named is not None else _firm(there))
    meanings = [meaning for meaning in meanings if not meaning.missing]
    known = next((meaning for meaning in meanings if meaning.known), None)
    if known is None and meanings:
        found = contact_in_words(request, session)
        words = [mention.text for mention in request.named("contact")] or [request.text]
        bearers = [found.subject.name] if found.subject else [person.name for person in found.people]
        known = found if found.known and any(alike(one, name) for one in words for name in bearers) else None
    if known is None and meanings:
        known = max(meanings, key=lambda meaning: (len(meaning.people), len(meaning.unknown or "")))
    return _other_one(request, _as_spoken_of(request, known)) if known else Meaning(_offered(request, "contact"))


def named_company(request: Request, session: Session) -> NamedCompany:
    """The company that the message names, by button or name; missing when it names none.

    Legal forms and typos do not matter. Where no company was recognised, what was taken for a contact is looked up
    among the companies unless somebody bears that name, then all words of the message.
    """
    meanings = []
    for mention in request.named("company")[:MOST_NAMES]:
        if mention.text.startswith(COMPANY_PAYLOAD):
            return company_by_id(session, mention.text.removeprefix(COMPANY_PAYLOAD))
        meanings.append(company_called(session, mention.text))
    if not meanings:
        meanings = [
            company_called(session, mention.text)
            for mention in request.named("contact")[:MOST_NAMES]
            if not mention.text.startswith(CONTACT_PAYLOAD) and not _bears(session, mention.text)
        ]
        meanings = [meaning for meaning in meanings if meaning.known] or [_company_in_words(request, session)]
    return next((meaning for meaning in meanings if meaning.known), meanings[0])


def company_called(session: Session, name: str) -> NamedCompany:
    """The company of this name, those it may be, or those nearest to it."""
    meant = company_meant(session, name[:LONGEST_NAME])
    found = [meant.company] if meant.company is not None else meant.several
    fitting = [company for company in found if spelt(name, company.name)]
    if len(fitting) == 1:
        return NamedCompany(company_subject(fitting[0]))
    if fitting:
        return NamedCompany(companies=_told_apart(fitting))
    return NamedCompany(companies=_told_apart(found or meant.nearest), unknown=name)


def company_by_id(session: Session, key: str) -> NamedCompany:
    """The company with this id in the store."""
    demand(session, "contacts")
    company = session.get(Company, int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else None
    if company is None:
        return NamedCompany(unknown=f"#{key[:LONGEST_NAME]}")
    return NamedCompany(company_subject(company))


def company_subject(company: Company) -> Subject:
    """A company as the subject of a question."""
    return Subject("company", str(company.id), company.name)


def contact_in_words(request: Request, session: Session) -> Meaning:
    """The last resort: some words of the message, the more the better, that are exactly somebody's name."""
    names = possible_names(_unnamed(request))
    words = [word for word in names if len(word) > 1 and not word.isdecimal()][:MOST_WORDS_LOOKED_UP]
    for length in range(min(len(words), LONGEST_FULL_NAME), 0, -1):
        for first in range(len(words) - length + 1):
            text = " ".join(words[first : first + length])
            people = [person for person in find_people(session, text[:LONGEST_NAME]) if person.exact]
            if people:
                meaning = _choose(people, text)
                fits = meaning.subject is None or alike(text, meaning.subject.name)
                return _other_one(request, meaning if fits else Meaning(people=tuple(people)))
    return Meaning()


def names_anything(request: Request, session: Session) -> bool:
    """Whether the message names somebody the store knows, or a role, a persona or a channel."""
    if any(request.named(entity) for entity in ("role", "persona", "channel")):
        return True
    return named_contact(request, session).known


def named_role(request: Request) -> Subject | None:
    """The role that the message names, shown in its own words."""
    for mention in request.named("role"):
        if request.text.startswith("/"):
            return role_subject(mention, request.language)
        if not follows_persona(request.text, mention.start) and not _in_firm(request, mention):
            return role_subject(mention, request.language)
    return None


def unknown_role(meaning: Meaning) -> Subject | None:
    """The role that was taken for a name ("accounting"); a firm's name may hold one ("Talheim Bau")."""
    if meaning.unknown is None:
        return None
    words = [word for word in meaning.unknown[:LONGEST_NAME].split() if len(word) >= SHORTEST_OF_FIRM]
    if meaning.firm and any((one.function, one.level) == UNKNOWN_ROLE for one in map(normalise_title, words)):
        return None
    role = normalise_title(meaning.unknown[:LONGEST_NAME])
    if role.function == UNKNOWN_ROLE[0]:
        return None
    return Subject("role", f"{role.function}/{role.level}", meaning.unknown)


def role_subject(mention: Mention, language: Language) -> Subject | None:
    """The role behind a mention: a normal value "function/level", or a job title to be normalised."""
    if ROLE_KEY.fullmatch(mention.text):
        return Subject("role", mention.text, role_name(mention.text, language))
    if ROLE_KEY.fullmatch(mention.value):
        return Subject("role", mention.value, mention.text)
    role = normalise_title(mention.text)
    if (role.function, role.level) == UNKNOWN_ROLE:
        return None
    return Subject("role", f"{role.function}/{role.level}", mention.text)


def named_personas(request: Request, session: Session) -> NamedPersonas:
    """The personas that the message names, by number or name, also where the name is a role's, or picks of a list."""
    announced = [mention for mention in request.named("role") if follows_persona(request.text, mention.start)]
    mentions = [*request.named("persona"), *announced]
    found: dict[int, Persona] = {}
    unknown = None
    for mention in mentions:
        personas = find_personas(session, mention.text[:LONGEST_NAME])
        found |= {persona.id: persona for persona in personas}
        unknown = unknown or (None if personas else mention.text)
    if not mentions and (picked := _offered(request, "persona")) is not None:
        found = {persona.id: persona for persona in find_personas(session, picked.key)}
    return NamedPersonas(tuple(found.values()), None if found else unknown, unknown)


def persona_subject(persona: Persona, language: str) -> Subject:
    """A persona as the subject of a question."""
    return Subject("persona", str(persona.id), persona.name(language))


def contact_by_id(session: Session, key: str) -> Meaning:
    """The contact with this id in the store; unknown when there is none, or none that may be spoken of."""
    demand(session, "contacts")
    contact = session.get(Contact, int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else None
    if contact is None or contact.blocked_on is not None:
        return Meaning(unknown=f"#{key[:LONGEST_NAME]}")
    if contact.duplicate_of is not None:
        return contact_by_id(session, str(contact.duplicate_of))
    company = contact.company.name if contact.company else None
    return Meaning(Subject("contact", str(contact.id), contact.name, company))


def person_subject(person: Person) -> Subject:
    """A person found by name as the subject of a question."""
    return Subject("contact", str(person.contact_id), person.name, person.company)


def people_meant(session: Session, name: str, company: str | None, salutation: str | None) -> Meaning:
    """Who bears a name, at a company if one is named, addressed as a woman or a man."""
    short = name[:LONGEST_NAME]
    if not short.startswith("#") and not any(letter.isalpha() for letter in short):
        return Meaning()  # a number is nobody's name
    people = find_people(session, short, company[:LONGEST_NAME] if company else None, MOST_LOOKED_AT)
    if not people and company:
        people = find_people(session, short, limit=MOST_LOOKED_AT)
    meaning = _choose(_addressed(session, people, salutation), name)
    if meaning.subject is None or alike(short, meaning.subject.name):
        return meaning
    return Meaning(people=meaning.people[:1], unknown=name)  # only the company fits: to be offered, never answered for


def people_at(request: Request, session: Session, company: str) -> Meaning:
    """Who is known at a company, in the role that the message names; missing when nobody there has it."""
    people = find_people(session, "", company[:LONGEST_NAME], MOST_LOOKED_AT)
    people = [person for person in people if spelt(company, person.company or "")]
    role = named_role(request)
    if role is None or not people:
        return _choose(people, company)
    contacts = {person.contact_id: session.get_one(Contact, person.contact_id) for person in people}
    roles = {key: f"{contact.function}/{contact.level}" for key, contact in contacts.items()}
    exactly = [one for one in people if roles[one.contact_id] == role.key]
    nearly = [one for one in people if roles[one.contact_id].split("/")[0] == role.key.split("/")[0]]
    return _choose(exactly or nearly, company) if exactly or nearly else Meaning()


def _company_in_words(request: Request, session: Session) -> NamedCompany:
    """The last resort: words of the message that are exactly a company's name."""
    found = companies_in(session, possible_names(_unnamed(request))[:MOST_WORDS_LOOKED_UP])
    if len(found) == 1:
        return NamedCompany(company_subject(found[0]))
    return NamedCompany(companies=_told_apart(found))


def _told_apart(companies: Sequence[Company]) -> tuple[Subject, ...]:
    """Companies to choose from, each with its city, which tells namesakes apart."""
    return tuple(Subject("company", str(one.id), one.name, one.city) for one in companies)


def _firm(there: Meaning) -> Meaning:
    return replace(there, firm=there.unknown is not None)


def _in_firm(request: Request, role: Mention) -> bool:
    """Whether it is part of a firm's name and not all of it."""
    return any(
        firm.start <= role.start < firm.start + len(firm.text) and len(role.text) < len(firm.text)
        for firm in request.named("company")
    )


def _as_spoken_of(request: Request, meaning: Meaning) -> Meaning:
    """Of several who bear the name the one last spoken of, unless another was just asked for."""
    last = request.talk.contact
    if meaning.subject is not None or meaning.unknown is not None or last is None or means_other(request.text):
        return meaning
    one = next((person for person in meaning.people if str(person.contact_id) == last.key), None)
    return meaning if one is None else replace(meaning, subject=last)


def _other_one(request: Request, meaning: Meaning) -> Meaning:
    """ "The other Meier" is not the one spoken of."""
    before = request.talk.contact
    if before is None or not means_other(request.text):
        return meaning
    others = tuple(person for person in meaning.people if str(person.contact_id) != before.key)
    if not others or len(others) == len(meaning.people):
        return meaning
    return Meaning(person_subject(others[0]) if len(others) == 1 else None, others)


def _offered(request: Request, kind: SubjectKind) -> Subject | None:
    """Whom an ordinal picks of those offered ("wie erreiche ich den zweiten?"), if it is of this kind."""
    options, ordinal = request.talk.options, ordinal_in(request)
    index = place_of(ordinal, len(options)) if ordinal and not request.named("persona") else None
    subject = options[index].question.subject if index is not None else None
    return subject if subject and subject.kind == kind else None


def _bears(session: Session, name: str) -> bool:
    """Whether it is a person's name, and not only that of a company where people work."""
    words = set(normal_name(name).split())
    return any(words & set(normal_name(person.name).split()) for person in find_people(session, name[:LONGEST_NAME]))


def _addressed(session: Session, people: list[Person], salutation: str | None) -> list[Person]:
    """Of several people those whom the salutation fits, if it fits any."""
    if salutation is None or len(people) < 2:
        return people
    known = {person.contact_id: session.get_one(Contact, person.contact_id).salutation for person in people}
    return [person for person in people if same_salutation(known[person.contact_id], salutation)] or people


def _choose(people: Sequence[Person], name: str) -> Meaning:
    if is_clear(people) or (len(people) == 1 and people[0].exact):
        return Meaning(person_subject(people[0]), tuple(people))
    alike = [person for person in people if person.exact]
    if alike:
        return Meaning(people=tuple(alike))
    return Meaning(people=tuple(people), unknown=name)


def _unnamed(request: Request) -> str:
    """The message without the words that were understood as something else than a name."""
    text = without_denied(request.text)
    for mention in request.mentions:
        if mention.entity not in ("contact", "company"):
            text = text.replace(mention.text, " ")
    return text
