"""Job titles as they stand in CRMs: per function and level, German with gender forms, and English.

An entry is "masculine | feminine", or one form for all. The normal values of function and level are the project's own.
"""

from dataclasses import dataclass
from typing import Final, Literal

Gender = Literal["m", "f"]

GERMAN_TITLES: Final[dict[tuple[str, str], str]] = {
    ("executive", "c_level"): """Geschäftsführer | Geschäftsführerin
        Geschäftsführer | Geschäftsführerin
        GF
        Geschäftsführender Gesellschafter | Geschäftsführende Gesellschafterin
        Inhaber | Inhaberin
        Geschäftsleitung
        Mitglied der Geschäftsleitung
        Vorstand
        Vorstandsvorsitzender | Vorstandsvorsitzende
        Gesellschafter | Gesellschafterin
        Gründer und Geschäftsführer | Gründerin und Geschäftsführerin
        Alleingeschäftsführer | Alleingeschäftsführerin
        Sprecher der Geschäftsführung | Sprecherin der Geschäftsführung
        Firmeninhaber | Firmeninhaberin
        Geschäftsf. Gesellschafter | Geschäftsf. Gesellschafterin""",
    ("executive", "head"): """Prokurist | Prokuristin
        Niederlassungsleiter | Niederlassungsleiterin
        Leiter Unternehmensentwicklung | Leiterin Unternehmensentwicklung""",
    ("sales", "head"): """Vertriebsleiter | Vertriebsleiterin
        Vertriebsleiter | Vertriebsleiterin
        Leiter Vertrieb | Leiterin Vertrieb
        Leiter Vertrieb DACH | Leiterin Vertrieb DACH
        Leitung Vertrieb
        Verkaufsleiter | Verkaufsleiterin
        Vertriebsdirektor | Vertriebsdirektorin
        Regionalvertriebsleiter | Regionalvertriebsleiterin
        Leiter Vertrieb & Marketing | Leiterin Vertrieb & Marketing
        Leiter Innendienst | Leiterin Innendienst
        Gebietsverkaufsleiter | Gebietsverkaufsleiterin
        VL Süd
        Ltr. Vertrieb
        Bereichsleiter Vertrieb | Bereichsleiterin Vertrieb""",
    ("sales", "lead"): """Teamleiter Vertrieb | Teamleiterin Vertrieb
        Teamleiter Vertriebsinnendienst | Teamleiterin Vertriebsinnendienst
        Gruppenleiter Verkauf | Gruppenleiterin Verkauf""",
    ("sales", "specialist"): """Key Account Manager | Key Account Managerin
        Vertriebsmitarbeiter | Vertriebsmitarbeiterin
        Außendienstmitarbeiter | Außendienstmitarbeiterin
        Vertriebsingenieur | Vertriebsingenieurin
        Mitarbeiter Vertriebsinnendienst | Mitarbeiterin Vertriebsinnendienst
        Technischer Vertrieb
        Kundenberater | Kundenberaterin
        Vertriebsbeauftragter | Vertriebsbeauftragte""",
    ("marketing", "head"): """Marketingleiter | Marketingleiterin
        Leiter Marketing | Leiterin Marketing
        Leitung Marketing & Kommunikation
        Leiter Unternehmenskommunikation | Leiterin Unternehmenskommunikation
        Leiter Onlinemarketing | Leiterin Onlinemarketing
        Bereichsleiter Marketing | Bereichsleiterin Marketing""",
    ("marketing", "lead"): """Teamleiter Marketing | Teamleiterin Marketing
        Teamleiter Online-Marketing | Teamleiterin Online-Marketing
        Teamlead Content""",
    ("marketing", "specialist"): """Marketingreferent | Marketingreferentin
        Marketing-Manager | Marketing-Managerin
        Online-Marketing-Manager | Online-Marketing-Managerin
        Mitarbeiter Marketing | Mitarbeiterin Marketing
        Referent Öffentlichkeitsarbeit | Referentin Öffentlichkeitsarbeit
        Produktmarketing
        Mediengestalter | Mediengestalterin
        Redakteur | Redakteurin
        Eventmanager | Eventmanagerin""",
    ("it", "head"): """IT-Leiter | IT-Leiterin
        IT-Leiter | IT-Leiterin
        Leiter IT | Leiterin IT
        Leitung IT
        Leiter Informationstechnologie | Leiterin Informationstechnologie
        EDV-Leiter | EDV-Leiterin
        Leiter IT-Infrastruktur | Leiterin IT-Infrastruktur
        Bereichsleiter IT | Bereichsleiterin IT
        Abteilungsleiter IT | Abteilungsleiterin IT
        Leiter Digitalisierung | Leiterin Digitalisierung
        Ltr. EDV""",
    ("it", "lead"): """Teamleiter IT | Teamleiterin IT
        Teamleiter Softwareentwicklung | Teamleiterin Softwareentwicklung
        Teamleiter Systemadministration | Teamleiterin Systemadministration
        IT-Teamleiter | IT-Teamleiterin
        IT-Projektleiter | IT-Projektleiterin""",
    ("it", "specialist"): """Systemadministrator | Systemadministratorin
        Sysadmin
        IT-Administrator | IT-Administratorin
        Netzwerkadministrator | Netzwerkadministratorin
        Softwareentwickler | Softwareentwicklerin
        SAP-Berater (inhouse) | SAP-Beraterin (inhouse)
        IT-Sicherheitsbeauftragter | IT-Sicherheitsbeauftragte
        EDV-Administrator | EDV-Administratorin
        Anwendungsbetreuer | Anwendungsbetreuerin
        Fachinformatiker Systemintegration | Fachinformatikerin Systemintegration
        Wirtschaftsinformatiker | Wirtschaftsinformatikerin""",
    ("finance", "head"): """Kaufmännischer Leiter | Kaufmännische Leiterin
        Kaufm. Leiter | Kaufm. Leiterin
        Leiter Finanzen | Leiterin Finanzen
        Leiter Rechnungswesen | Leiterin Rechnungswesen
        Leiter Finanzen und Controlling | Leiterin Finanzen und Controlling
        Leiter Controlling | Leiterin Controlling
        Finanzleiter | Finanzleiterin""",
    ("finance", "c_level"): """Finanzvorstand
        Kaufmännischer Geschäftsführer | Kaufmännische Geschäftsführerin
        Vorstand Finanzen""",
    ("finance", "specialist"): """Buchhalter | Buchhalterin
        Finanzbuchhalter | Finanzbuchhalterin
        Controller | Controllerin
        Bilanzbuchhalter | Bilanzbuchhalterin
        Mitarbeiter Rechnungswesen | Mitarbeiterin Rechnungswesen
        Kreditorenbuchhaltung""",
    ("purchasing", "head"): """Einkaufsleiter | Einkaufsleiterin
        Leiter Einkauf | Leiterin Einkauf
        Leiter Einkauf | Leiterin Einkauf
        Leitung strategischer Einkauf
        Leiter Strategischer Einkauf | Leiterin Strategischer Einkauf
        Leiter Beschaffung | Leiterin Beschaffung
        Leiter Materialwirtschaft | Leiterin Materialwirtschaft
        Bereichsleiter Einkauf | Bereichsleiterin Einkauf""",
    ("purchasing", "lead"): """Teamleiter Einkauf | Teamleiterin Einkauf
        Gruppenleiter Beschaffung | Gruppenleiterin Beschaffung
        Teamleiter technischer Einkauf | Teamleiterin technischer Einkauf""",
    ("purchasing", "specialist"): """Einkäufer | Einkäuferin
        Strategischer Einkäufer | Strategische Einkäuferin
        strategischer Einkauf
        Operativer Einkäufer | Operative Einkäuferin
        Technischer Einkäufer | Technische Einkäuferin
        Mitarbeiter Einkauf | Mitarbeiterin Einkauf
        Projekteinkäufer | Projekteinkäuferin
        Sachbearbeiter Einkauf | Sachbearbeiterin Einkauf
        Einkäufer indirekte Güter | Einkäuferin indirekte Güter""",
    ("hr", "head"): """Personalleiter | Personalleiterin
        Leiter Personal | Leiterin Personal
        Leitung Personal
        Leiter Personalentwicklung | Leiterin Personalentwicklung""",
    ("hr", "specialist"): """Personalreferent | Personalreferentin
        Personalsachbearbeiter | Personalsachbearbeiterin
        Referent Personalentwicklung | Referentin Personalentwicklung
        Mitarbeiter Personal | Mitarbeiterin Personal
        Recruiter | Recruiterin""",
    ("production", "head"): """Produktionsleiter | Produktionsleiterin
        Betriebsleiter | Betriebsleiterin
        Leiter Produktion | Leiterin Produktion
        Fertigungsleiter | Fertigungsleiterin
        Werksleiter | Werksleiterin
        Leiter Qualitätsmanagement | Leiterin Qualitätsmanagement
        Leiter Instandhaltung | Leiterin Instandhaltung
        Leiter Qualitätssicherung | Leiterin Qualitätssicherung""",
    ("production", "lead"): """Teamleiter Produktion | Teamleiterin Produktion
        Schichtleiter | Schichtleiterin
        Teamleiter Montage | Teamleiterin Montage
        Gruppenleiter Fertigung | Gruppenleiterin Fertigung
        Produktionsmeister | Produktionsmeisterin
        Industriemeister | Industriemeisterin
        Meister Zerspanung | Meisterin Zerspanung""",
    ("production", "specialist"): """Arbeitsvorbereiter | Arbeitsvorbereiterin
        QM-Beauftragter | QM-Beauftragte
        Qualitätsmanager | Qualitätsmanagerin
        Fertigungsplaner | Fertigungsplanerin
        Produktionsplaner | Produktionsplanerin
        Mitarbeiter Qualitätssicherung | Mitarbeiterin Qualitätssicherung
        Instandhalter | Instandhalterin
        CNC-Programmierer | CNC-Programmiererin
        Mitarbeiter AV | Mitarbeiterin AV
        Prozessoptimierer | Prozessoptimiererin""",
    ("engineering", "head"): """Leiter Entwicklung | Leiterin Entwicklung
        Entwicklungsleiter | Entwicklungsleiterin
        Technischer Leiter | Technische Leiterin
        Leiter Konstruktion | Leiterin Konstruktion
        Leiter Forschung und Entwicklung | Leiterin Forschung und Entwicklung""",
    ("engineering", "lead"): """Teamleiter Konstruktion | Teamleiterin Konstruktion
        Gruppenleiter Entwicklung | Gruppenleiterin Entwicklung
        Teamleiter Elektrotechnik | Teamleiterin Elektrotechnik""",
    ("engineering", "specialist"): """Konstrukteur | Konstrukteurin
        Entwicklungsingenieur | Entwicklungsingenieurin
        Prozessingenieur | Prozessingenieurin
        Projektingenieur | Projektingenieurin
        Versuchsingenieur | Versuchsingenieurin
        Technischer Zeichner | Technische Zeichnerin
        Technischer Produktdesigner | Technische Produktdesignerin
        Berechnungsingenieur | Berechnungsingenieurin
        Dipl.-Ing. Maschinenbau
        Applikationsingenieur | Applikationsingenieurin""",
    ("logistics", "head"): """Leiter Logistik | Leiterin Logistik
        Logistikleiter | Logistikleiterin
        Leiter Supply Chain Management | Leiterin Supply Chain Management
        Versandleiter | Versandleiterin""",
    ("logistics", "specialist"): """Logistikplaner | Logistikplanerin
        Disponent | Disponentin
        Mitarbeiter Logistik | Mitarbeiterin Logistik""",
    ("assistant", "junior"): """Assistent der Geschäftsführung | Assistentin der Geschäftsführung
        Assistent der GF | Assistentin der GF
        Assistenz der Geschäftsleitung
        Sekretär | Sekretärin
        Teamassistent | Teamassistentin
        Vorstandsassistent | Vorstandsassistentin
        Office-Management""",
    ("support", "head"): """Leiter Kundenservice | Leiterin Kundenservice
        Serviceleiter | Serviceleiterin
        Leiter Kundendienst | Leiterin Kundendienst""",
    ("support", "specialist"): """Kundenbetreuer | Kundenbetreuerin
        Mitarbeiter Kundenservice | Mitarbeiterin Kundenservice
        Servicetechniker | Servicetechnikerin
        Sachbearbeiter Reklamation | Sachbearbeiterin Reklamation""",
    ("legal", "head"): """Leiter Recht | Leiterin Recht
        Leiter Recht und Compliance | Leiterin Recht und Compliance""",
    ("consulting", "specialist"): """Unternehmensberater | Unternehmensberaterin
        Berater | Beraterin
        Freier Berater | Freie Beraterin""",
    ("student", "junior"): """Student | Studentin
        Student | Studentin
        Student Maschinenbau | Studentin Maschinenbau
        Student BWL | Studentin BWL
        Studierende
        Masterand | Masterandin
        Bachelorand | Bachelorandin
        Werkstudent | Werkstudentin
        Werkstudent Marketing | Werkstudentin Marketing
        Praktikant | Praktikantin
        Doktorand | Doktorandin
        Promovend | Promovendin
        Stud. Hilfskraft""",
    ("student", "specialist"): """Wissenschaftlicher Mitarbeiter | Wissenschaftliche Mitarbeiterin
        wiss. Mitarbeiter | wiss. Mitarbeiterin
        Akademischer Rat | Akademische Rätin
        Post-Doc""",
    ("sales", "junior"): """Junior Vertriebsmitarbeiter | Junior Vertriebsmitarbeiterin
        Junior-Verkäufer | Junior-Verkäuferin""",
    ("marketing", "junior"): """Junior-Marketingreferent | Junior-Marketingreferentin
        Junior Online-Marketing-Manager | Junior Online-Marketing-Managerin""",
    ("purchasing", "junior"): """Junior-Einkäufer | Junior-Einkäuferin
        Junior-Einkäufer (Technik) | Junior-Einkäuferin (Technik)""",
}
ENGLISH_TITLES: Final[dict[tuple[str, str], str]] = {
    ("executive", "c_level"): """CEO
        Managing Director
        Managing Partner
        Founder & CEO
        Co-Founder
        Owner
        General Manager
        Chief Executive Officer""",
    ("executive", "head"): "Branch Manager; VP Corporate Development",
    ("sales", "head"): """Head of Sales; VP Sales; Sales Director; Director Sales DACH
        Head of Business Development; Director Business Development;
        Vice President Sales EMEA; Commercial Director; Head of Key Accounts""",
    ("sales", "lead"): "Team Lead Sales; Sales Team Leader; Inside Sales Team Lead",
    ("sales", "specialist"): """Account Executive; Senior Account Manager; Sales Manager; Area Sales Manager
        Business Development Manager; Inside Sales Representative; Sales Development Representative;
        Sales Engineer; Account Manager""",
    ("sales", "junior"): "Junior Account Manager; Junior Sales Manager",
    ("marketing", "head"): """Head of Marketing; Marketing Director; VP Marketing; Head of Content
        Head of Brand; Director Digital Marketing; Head of Communications""",
    ("marketing", "lead"): "Team Lead Performance Marketing; Content Lead; Marketing Team Lead",
    ("marketing", "specialist"): """Marketing Manager; Content Manager; Performance Marketing Manager; SEO Manager
        Social Media Manager; Brand Manager; Product Marketing Manager; Campaign Manager; Growth Manager
        CRM Manager""",
    ("marketing", "junior"): "Junior Content Manager; Junior Marketing Manager",
    ("it", "c_level"): "CIO; Chief Information Officer; Chief Digital Officer",
    (
        "it",
        "head",
    ): """Head of IT; IT Director; Head of IT Operations; Director Information Technology; VP Engineering IT
        Head of Infrastructure; Head of Digital Transformation""",
    ("it", "lead"): "IT Team Lead; Team Lead DevOps; Tech Lead; Lead Software Engineer",
    (
        "it",
        "specialist",
    ): """System Administrator; DevOps Engineer; Software Engineer; IT Security Manager; Data Engineer
        Solution Architect; IT Project Manager; Network Engineer
        Senior Software Developer; ERP Consultant (inhouse)""",
    ("finance", "c_level"): "CFO; Chief Financial Officer",
    ("finance", "head"): "Head of Finance; Finance Director; Head of Controlling; VP Finance",
    ("finance", "specialist"): "Financial Controller; Accountant; Financial Analyst; Accounts Payable Manager",
    ("purchasing", "c_level"): "Chief Procurement Officer; Chief Purchasing Officer",
    (
        "purchasing",
        "head",
    ): """Head of Procurement; Head of Purchasing; Procurement Director; Director Strategic Sourcing
        VP Procurement; Head of Strategic Sourcing""",
    ("purchasing", "junior"): "Junior Buyer; Junior Procurement Manager",
    ("purchasing", "lead"): "Team Lead Procurement; Procurement Team Leader; Lead Buyer",
    ("purchasing", "specialist"): """Buyer; Senior Buyer; Strategic Buyer; Procurement Manager; Category Manager
        Purchasing Manager; Commodity Manager; Sourcing Specialist""",
    ("hr", "head"): "Head of HR; HR Director; Head of People; VP People & Culture",
    ("hr", "specialist"): "HR Manager; Recruiter; HR Business Partner; Talent Acquisition Manager",
    ("production", "head"): "Head of Production; Plant Manager; Head of Operations; Head of Quality",
    ("production", "lead"): "Production Supervisor; Shift Leader; Team Lead Manufacturing; Lean Team Lead",
    (
        "production",
        "specialist",
    ): "Quality Engineer; Lean Manager; Production Planner; Quality Manager",
    ("engineering", "head"): "Head of R&D; Head of Engineering; Engineering Director; VP Product Development",
    ("engineering", "lead"): "Lead Engineer; Team Lead R&D; Engineering Team Lead",
    (
        "engineering",
        "specialist",
    ): "Design Engineer; Process Engineer; R&D Engineer; Test Engineer; Mechanical Engineer; Application Engineer",
    ("logistics", "head"): "Head of Logistics; Supply Chain Director; Head of Supply Chain",
    ("logistics", "specialist"): "Supply Chain Manager; Logistics Coordinator",
    ("assistant", "junior"): "Executive Assistant; Assistant to the CEO; Team Assistant",
    ("support", "head"): "Head of Customer Service; Head of Customer Success; Customer Service Director",
    ("support", "specialist"): "Customer Success Manager; Service Engineer; Support Specialist",
    ("legal", "head"): "Head of Legal; Legal Director",
    ("consulting", "specialist"): "Consultant; Senior Consultant; Business Consultant",
    ("student", "junior"): "Student; Working Student; Intern; Master Student; Student Assistant; PhD Candidate",
    ("student", "specialist"): "Research Fellow; Postdoctoral Researcher",
}
# What people append to a title; empty function: to any.
SUFFIXES: Final[dict[str, tuple[str, ...]]] = {
    "": ("(m/w/d)", "i.V.", "ppa.", "Standort Süd", "Gruppe"),
    "sales": ("Region Nord", "Region Süd", "Automotive", "Export", "International", "D-A-CH", "(m/w/d)"),
    "marketing": ("DACH", "B2B", "& PR", "Europe", "(m/w/d)"),
    "it": ("& Organisation", "Services", "International", "(w/m/d)", "/ Datenschutz"),
    "purchasing": ("Elektronik", "Metall", "EMEA", "Investitionsgüter", "(m/w/d)", "Dienstleistungen"),
    "production": ("Werk 2", "Halle 3", "Kunststoff", "Blechbearbeitung", "(m/w/d)"),
    "engineering": ("Automation", "Mechatronik", "Sondermaschinen", "(m/w/d)"),
}


@dataclass(frozen=True, slots=True)
class TitlePool:
    """All titles in one row; those of a cell are `texts[start:start + count]`, cells in the order of `cells()`."""

    texts: tuple[str, ...]
    start: tuple[int, ...]
    count: tuple[int, ...]


def roles() -> tuple[tuple[str, str], ...]:
    """Every (function, level) that has titles, in fixed order."""
    return tuple(sorted(GERMAN_TITLES | ENGLISH_TITLES))


def title_pool() -> TitlePool:
    """The titles in cells: per role the German masculine ones, the German feminine ones, the English ones.

    A role without titles in one language uses those of the other, so no cell is empty.
    """
    texts: list[str] = []
    start: list[int] = []
    count: list[int] = []
    for role in roles():
        english = entries(ENGLISH_TITLES.get(role, ""))
        german = entries(GERMAN_TITLES.get(role, "")) or english
        for forms in (_gendered(german, "m"), _gendered(german, "f"), _gendered(english or german, "m")):
            start.append(len(texts))
            count.append(len(forms))
            texts += forms
    return TitlePool(tuple(texts), tuple(start), tuple(count))


def entries(block: str) -> list[str]:
    """The entries of a block: one a line, or several parted by semicolons."""
    return [entry.strip() for line in block.splitlines() for entry in line.split(";") if entry.strip()]


def _gendered(forms: list[str], gender: Gender) -> list[str]:
    return [form.split("|")[0 if gender == "m" else -1].strip() for form in forms]
