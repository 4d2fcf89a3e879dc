"""People who stand in every sample, whatever size and seed: for the README, demo questions and end-to-end tests.

Each behaves exactly as the class does, so that answers about them are clear. All people and firms are made up.
"""

from dataclasses import dataclass
from typing import Final

SABINE_MEIER_ID: Final = 4711


@dataclass(frozen=True, slots=True)
class CastCompany:
    """A made-up company; `size` is a position in `classes.SIZES`."""

    key: str
    name: str
    industry: str
    branch: str
    size: int
    employees: int
    revenue: int
    city: str
    postal: str
    domain: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """A made-up person of the class `cls`; `customer` is None while undecided, `days` the age of the record.

    `role` is "function/level"; `company` the key of a CastCompany, None for a consumer.
    """

    contact_id: int
    cls: str
    sex: int
    academic: str | None
    first: str
    last: str
    email: str
    phone: str
    title: str | None
    role: str | None
    company: str | None
    source: str
    customer: bool | None
    days: int
    language: str = "Deutsch"
    born: int | None = None
    note: str | None = None

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


COMPANIES: Final = (
    CastCompany(
        "F1001", "Rosch Maschinenbau GmbH", "manufacturing", "Maschinenbau", 1, 46, 8_900_000, "Reutlingen", "72764",
        "rosch-maschinenbau.de",
    ),
    CastCompany(
        "F1002", "Talheim Fördertechnik GmbH & Co. KG", "manufacturing", "Anlagenbau", 2, 180, 36_500_000,
        "Heilbronn", "74072",
        "talheim-foerdertechnik.de",
    ),
    CastCompany(
        "F1003", "Nordwerk Antriebe AG", "manufacturing", "Elektrotechnik", 3, 620, 128_000_000, "Bielefeld", "33602",
        "nordwerk-antriebe.de",
    ),
    CastCompany(
        "F1004", "Aurelis Industries SE", "manufacturing", "Industrie", 4, 5_400, 1_240_000_000, "Düsseldorf",
        "40210",
        "aurelis-industries.com",
    ),
    CastCompany(
        "F1005", "Pixelgarten Agentur GmbH", "media", "Agentur", 1, 28, 3_100_000, "Hamburg", "20457",
        "pixelgarten-agentur.de"
    ),
    CastCompany(
        "F1006", "Hochschule Lindenau", "education", "Hochschule", 4, 1_300, 88_000_000, "Leipzig", "04109",
        "hochschule-lindenau.de",
    ),
    CastCompany(
        "F1007", "Planivo Software GmbH", "it_software", "Software", 2, 140, 19_500_000, "München", "80331",
        "planivo-software.de"
    ),
    CastCompany(
        "F1008", "Grollmann Handel e.K.", "retail", "Einzelhandel", 0, 6, 780_000, "Kassel", "34117",
        "grollmann-handel.de"
    ),
)  # fmt: skip
CAST: Final = (
    CastMember(
        SABINE_MEIER_ID, "gf_kmu", 0, None, "Sabine", "Meier", "sabine.meier@rosch-maschinenbau.de",
        "+49 7121 4401100",
        "Geschäftsführerin", "executive/c_level", "F1001", "Empfehlung", None, 320,
    ),
    CastMember(
        4712, "vertrieb_mittelstand", 1, None, "Thomas", "Weber", "t.weber@talheim-foerdertechnik.de",
        "+49 7131 5502210",
        "Vertriebsleiter", "sales/head", "F1002", "LinkedIn", None, 290,
    ),
    CastMember(
        4713, "student", 1, None, "Jan", "Schulze", "jan.schulze@hochschule-lindenau.de", "0176 30044551",
        "Student", "student/junior", "F1006", "Whitepaper", None, 260, born=2002,
        note="Schreibt eine Abschlussarbeit.",
    ),
    CastMember(
        4714, "it_industrie", 0, "Dr.", "Katharina", "Müller-Lüdenscheid",
        "k.mueller-luedenscheid@nordwerk-antriebe.de",
        "+49 521 8803311", "Leiterin IT", "it/head", "F1003", "Website", None, 340,
    ),
    CastMember(
        4715, "einkauf_konzern", 0, None, "Emily", "Clarke", "emily.clarke@aurelis-industries.com", "+49 211 9904412",
        "Head of Procurement", "purchasing/head", "F1004", "Ausschreibung", None, 310, language="Englisch",
    ),
    CastMember(
        4716, "it_industrie", 1, None, "Stefan", "Müller", "stefan.mueller@nordwerk-antriebe.de", "+49 521 8803312",
        "Systemadministrator", "it/specialist", "F1003", "Webinar", None, 280,
    ),
    CastMember(
        4717, "vertrieb_mittelstand", 0, None, "Anja", "Müller", "anja.mueller@nordwerk-antriebe.de",
        "+49 521 8803313",
        "Vertriebsleiterin", "sales/head", "F1003", "Messe", None, 300,
    ),
    CastMember(
        4718, "anwender_produktion", 1, None, "Holger", "Müller", "holger.mueller@nordwerk-antriebe.de",
        "+49 521 8803314",
        "Teamleiter Produktion", "production/lead", "F1003", "Messe", None, 330,
    ),
    CastMember(
        4719, "marketing_tech", 0, None, "Lena", "Hoffmann", "lena.hoffmann@pixelgarten-agentur.de", "+49 40 6605515",
        "Head of Marketing", "marketing/head", "F1005", "LinkedIn", None, 270,
    ),
    CastMember(
        4720, "competitor", 1, None, "Marco", "Brunner", "marco.brunner@planivo-software.de", "+49 89 7706616",
        "Product Marketing Manager", "marketing/specialist", "F1007", "Webinar", None, 350,
    ),
    CastMember(
        4721, "complainer", 1, None, "Günther", "Grollmann", "g.grollmann@grollmann-handel.de", "0561/330717",
        "Einkäufer", "purchasing/specialist", "F1008", "Onlineshop", True, 900,
    ),
    CastMember(
        4722, "gf_kmu", 1, "Dipl.-Ing.", "Jürgen", "Rosch", "juergen.rosch@rosch-maschinenbau.de", "+49 7121 4401101",
        "Geschäftsführender Gesellschafter", "executive/c_level", "F1001", "Messe", True, 1_100,
    ),
    CastMember(
        4723, "heimwerker", 1, None, "Werner", "Petersen", "werner.petersen58@t-online.de", "04221 808818",
        None, None, None,
        "Katalog", True, 700, born=1958,
    ),
    CastMember(
        4724, "maker", 0, None, "Mia", "Sommerfeld", "mia.sommerfeld@posteo.de", "0160 9909919", None, None,
        None, "Onlineshop",
        None, 240, born=1999,
    ),
)  # fmt: skip
FULL_NAMES: Final = tuple(member.full_name for member in CAST)
# First words of the companies' names: no other company begins with one of them.
COMPANY_HEADS: Final = ("Rosch", "Talheim", "Nordwerk", "Aurelis", "Pixelgarten", "Lindenau", "Planivo", "Grollmann")
