"""Words by which firms are told from people: legal forms, what firms call themselves, and trades."""

from typing import Final

from bot.assistant.nlu.folding import fold

# What a firm makes, sells or does, as it stands behind or before a family's name.
_TRADES: Final = {
    "de": """
        Hydraulik Pumpen Logistik Maschinenbau Druckguss Zwieback Textil Elektrik Sensorik Möbel Küchen Fenster Türen
        Werkzeuge Schrauben Kabel Stahl Metall Holz Papier Glas Keramik Kunststoff Gummi Reifen Farben Lacke Licht
        Leuchten Solar Heizung Sanitär Klima Kälte Dach Fliesen Beton Naturstein Tiefbau Hochbau Gerüste Garten Blumen
        Moden Schuhe Schmuck Uhren Optik Brillen Zahntechnik Medizintechnik Labor Pharma Kosmetik Bürsten Spielwaren
        Sport Zweirad Fahrräder Automobile Reisen Touristik Umzüge Spedition Transporte Cargo Immobilien Hausbau Bau
        Verwaltung Treuhand Versicherungen Finanz Verlag Media Druck Werbung Software IT Daten Systeme Technik
        Automation Antriebe Ventile Waagen Verpackung Etiketten Gebäudereinigung Sicherheit Personal Akademie Backwaren
        Fleischwaren Käse Fisch Tee Kaffee Wein Getränke Konserven Feinkost Tiernahrung Saatgut Landtechnik
        Erneuerbare Anlagenbau Fördertechnik Wasser Energie Recycling Umwelttechnik Musik Instrumente Hörgeräte
    """,
    "en": """
        Hydraulics Pumps Logistics Consulting Systems Group Analytics Foods Energy Motors Shipping Biscuits Castings
        Software Solutions Packaging Furniture Kitchens Windows Doors Tools Screws Cables Steel Metals Timber Paper
        Glass Ceramics Plastics Rubber Tyres Paints Lighting Solar Heating Plumbing Cooling Roofing Tiles Concrete
        Stone Scaffolding Gardens Flowers Fashion Shoes Jewellers Watches Optics Dental Medical Labs Pharma Cosmetics
        Toys Sports Bikes Cycles Cars Travel Tours Removals Haulage Freight Cargo Properties Homes Builders Joinery
        Finance Insurance Publishing Media Printers Printing Advertising Data Engineering Automation Drives Valves
        Scales Labels Cleaning Security Staffing Training Bakery Meats Cheese Fish Tea Coffee Wines Drinks Preserves
        Farms Feeds Seeds Nurseries Recycling Environmental Music Instruments Aerospace Marine Textiles Springs Paints
    """,
}
TRADES: Final = {language: tuple(words.split()) for language, words in _TRADES.items()}
LEGAL_FORMS = frozenset(
    (
        *(
            "gmbh",
            "mbh",
            "ag",
            "kg",
            "ohg",
            "kgaa",
            "se",
            "ug",
            "gbr",
            "eg",
            "ek",
            "ev",
            "partg",
            "mbb",
            "ohgaa",
            "ggmbh",
        ),
        *("ltd", "limited", "plc", "inc", "llc", "llp", "lp", "corp", "corporation", "co", "sa", "sarl", "bv", "nv"),
        *("spa", "srl", "oy", "ab", "as", "aps", "pty", "cie", "stiftung"),
    )
)
# Words and endings of words that firms and public bodies call themselves by.
_FIRMS = """
    autohaus bank sparkasse volksbank raiffeisenbank stadtwerke klinik klinikum uniklinik krankenhaus hospital
    hotel gruppe group holding werk werke works spedition reederei werft shipyard shipyards brauerei brewery
    bäckerei bakery tischlerei schreinerei molkerei dairy metzgerei druckerei verlag hochschule universität
    university college school uni institut stadt landkreis gemeinde amt city council versicherung versicherungen
    insurance logistik logistics maschinenbau anlagenbau hydraulik hydraulics pumpen pumps technik systeme
    systems solutions software consulting beratung partners partner söhne sons brothers bros gebr gebrüder
    industries industrie industrial energy energie solar foods food textiles textil media labs pharma chemie
    chemicals motors automotive verpackung packaging bau construction castings utilities carpentry plumbing
    haulage shipping transport retail steel stahl stahlwerk metall elektro elektrik electronics sensorik optik
    stadtwerken brothers brüder bruder paper mill mills housing water electrical electric dairy airport council
    hotels gasthof gasthaus restaurant theater theatre museum kanzlei apotheke pharmacy praxis schule
    schrotthandel baustoffe schlosserei blechnerei gießerei glaserei fahrschule fleischerei zimmerei gärtnerei
    bergbahnen kommunalwerke genossenschaft studios orchards hospice academy arena ferry brewing ales quarries
    dairies farm forge foundry freight holdings ventures trading enterprises labs works robotics biotech kliniken
    services service dienste aok ikk tüv verein verband fabrik manufaktur
"""
# Trades that are asked about as such, too, or are names of people.
_AMBIGUOUS = frozenset(("daten", "data", "personal", "it", "training", "group", "werbung", "stone", "wein", "wolf"))
FIRM_WORDS = frozenset(map(fold, (*_FIRMS.split(), *TRADES["de"], *TRADES["en"]))) - _AMBIGUOUS
FIRM_ENDINGS = (
    "werke",
    "werk",
    "technik",
    "bank",
    "kasse",
    "klinik",
    "bau",
    "tech",
    "soft",
    "gruppe",
    "betriebe",
    "werft",
    "handel",
    "kliniken",
    "bahnen",
    "transporte",
    "molkerei",
)
