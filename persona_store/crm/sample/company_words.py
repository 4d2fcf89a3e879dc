"""What companies are made of: wordings of industries with matching words for names, legal forms, syllables."""

from typing import Final

# Industry → lines "what the CRM says: words that company names of this kind bear".
INDUSTRY_WORDS: Final = {
    "manufacturing": """Maschinenbau: Maschinenbau, Werkzeugmaschinen, Maschinen, Drehtechnik
        Anlagenbau: Anlagenbau, Anlagentechnik, Fördertechnik
        Automobilzulieferer: Automotive, Fahrzeugtechnik, Gusstechnik
        Metallverarbeitung: Metallbau, Blechtechnik, Präzisionsteile, Zerspanung, Stahlwerk
        Elektrotechnik: Elektronik, Schaltanlagen, Sensorik
        Kunststoffverarbeitung: Kunststofftechnik, Spritzguss, Verpackungen
        Industrie: Industrietechnik, Antriebstechnik, Pumpen
        Produzierendes Gewerbe: Möbelwerke, Textilwerke, Papierfabrik""",
    "it_software": """IT: IT-Systeme, Systemhaus, Netzwerke
        Software: Software, Softwarelösungen, Apps
        IT-Dienstleistungen: IT-Services, Datentechnik, Cloud
        SaaS: Digital, Labs, Analytics
        Informationstechnologie: Informatik, Computer, Technologies""",
    "retail": """Handel: Handelshaus, Handel, Import
        Großhandel: Großhandel, Werkzeughandel, Baustoffe
        Einzelhandel: Fachmarkt, Modehaus, Elektromarkt
        E-Commerce: Versand, Onlinehandel, Shop""",
    "finance": """Finanzdienstleistungen: Finanz, Leasing, Capital
        Versicherung: Versicherungen, Assekuranz, Versicherungsmakler
        Bank: Privatbank, Kreditbank, Zahlungsdienste""",
    "healthcare": """Gesundheitswesen: Kliniken, Pflegedienste, Gesundheitszentrum
        Medizintechnik: Medizintechnik, Dental, Orthopädie
        Pharma: Pharma, Arzneimittel, Biotech""",
    "public": """Öffentliche Verwaltung: Stadtverwaltung, Landratsamt, Zweckverband
        Öffentlicher Dienst: Stadtwerke, Bauhof, Wirtschaftsförderung""",
    "education": """Bildung: Hochschule, Akademie, Institut
        Hochschule: Technische Hochschule, Universität, Fachhochschule
        Forschung: Forschungsinstitut, Forschungszentrum""",
    "construction": """Bau: Bau, Hochbau, Tiefbau, Bauunternehmung
        Handwerk: Haustechnik, Elektroinstallation, Malerbetrieb, Zimmerei, Dachdeckerei
        Baugewerbe: Fassadenbau, Trockenbau, Holzbau""",
    "logistics": """Logistik: Logistik, Spedition, Lagerlogistik
        Transport: Transporte, Kurier, Frachtdienst
        Transport und Logistik: Fuhrpark, Umschlag, Kontraktlogistik""",
    "energy": """Energie: Energie, Solar, Windkraft
        Energieversorgung: Energieversorgung, Fernwärme, Netze""",
    "consulting": """Beratung: Beratung, Consulting, Partner Beratung
        Unternehmensberatung: Unternehmensberatung, Managementberatung, Advisory
        Ingenieurbüro: Ingenieurbüro, Planungsbüro, Ingenieure""",
    "hospitality": """Gastgewerbe: Gastronomie, Catering, Gasthof
        Hotellerie: Hotels, Resort, Hotelbetriebe""",
    "media": """Medien: Medien, Verlag, Filmproduktion
        Werbeagentur: Werbeagentur, Kreativagentur, Kommunikation
        Agentur: Agentur, Markenagentur, Media""",
    "other": """Dienstleistungen: Dienste, Gebäudereinigung, Sicherheitsdienst
        Sonstige: Service, Vermietung, Objektbetreuung
        Landwirtschaft: Agrar, Saatzucht, Landtechnik""",
}
# Revenue per head and year in euros, a plausible middle of each industry.
REVENUE_PER_HEAD: Final = {
    "manufacturing": 195_000,
    "it_software": 135_000,
    "retail": 260_000,
    "finance": 240_000,
    "healthcare": 85_000,
    "public": 95_000,
    "education": 70_000,
    "construction": 145_000,
    "logistics": 140_000,
    "energy": 420_000,
    "consulting": 125_000,
    "hospitality": 62_000,
    "media": 120_000,
    "other": 80_000,
}
# Legal forms with weights, per size.
LEGAL_FORMS: Final = (
    {"GmbH": 48, "e.K.": 18, "UG (haftungsbeschränkt)": 8, "GbR": 7, "GmbH & Co. KG": 7, "": 12},
    {"GmbH": 66, "GmbH & Co. KG": 18, "KG": 5, "e.K.": 5, "OHG": 3, "AG": 3},
    {"GmbH": 60, "GmbH & Co. KG": 27, "AG": 7, "KG": 6},
    {"GmbH": 48, "GmbH & Co. KG": 24, "AG": 20, "KG": 4, "SE": 2, "SE & Co. KG": 2},
    {"AG": 42, "GmbH": 24, "SE": 16, "GmbH & Co. KG": 9, "KGaA": 5, "SE & Co. KGaA": 4},
)
FOREIGN_FORMS: Final = {
    "Schweiz": "AG",
    "Niederlande": "B.V.",
    "Großbritannien": "Ltd",
    "Frankreich": "SAS",
    "Italien": "S.r.l.",
}
UNINCORPORATED: Final = ("public", "education")

# Syllables of made-up brands: start, middle (or none), end.
BRAND_STARTS: Final = (
    """Nor Lum Vel Tek Ari Sol Mer Pro Kal Fin Ges Hal Ter Ori Zen Vis Ral Dem Bel Cor Tal Lin Ver Som"""
)
BRAND_MIDDLES: Final = """ta va ri lo me no de xi ba qua so ve"""
BRAND_ENDS: Final = """ro tec nova ris lux con dur plan mat gon"""
# And of made-up towns, for public bodies and schools.
TOWN_STARTS: Final = "Ober Nieder Neuen Alten Hohen Unter"
TOWN_MIDDLES: Final = """linden eichen birken hasel rothen stein wald falken erlen kirsch schwarzen hirsch tannen
    raben mühl dorn kraut kessel brunnen"""
TOWN_ENDS: Final = "au hausen feld bach heim brück tal rode stedt see"

# The commonest names, the commonest first; drawn often, as in any German address book.
COMMON_SURNAMES: Final = """
    Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer
    Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange
    Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter
    Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich
    Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon
    Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel
    Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch
    Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Ernst Lindner Hübner Kramer Nowak Yılmaz Kaya
    Demir Kowalski Öztürk Nguyen"""
COMMON_FEMALE: Final = """
    Sabine Claudia Anna Julia Katharina Stefanie Nicole Petra Susanne Andrea Birgit Martina
    Christina Sandra Melanie Monika Karin Heike Anja Silke Tanja Nina Lisa Laura Sarah Lena Hannah
    Ulrike Barbara Gabriele Angelika Kerstin Daniela Jana Katrin Maria Eva Franziska Vanessa Jasmin"""
COMMON_MALE: Final = """
    Thomas Michael Andreas Stefan Christian Peter Markus Martin Frank Jürgen Wolfgang Klaus Bernd
    Uwe Matthias Alexander Daniel Sebastian Jan Tobias Florian Jens Ralf Dirk Torsten Oliver Sven
    Holger Carsten Dieter Werner Hans Jonas Lukas Felix Maximilian Philipp David Patrick Tim"""
