"""Cities with region, postal codes and area code, drawn roughly as often as businesses sit there."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """A city; `postal` is the beginning of its postal codes, `digits` their length, `weight` how often it is drawn."""

    city: str
    region: str
    country: str
    postal: str
    digits: int
    area: str
    weight: float


GERMANY: Final = "Deutschland"

# "city, beginning of its postal codes, area code, weight", parted by semicolons.
_GERMAN: Final = {
    "Baden-Württemberg": """Stuttgart 701 711 5; Karlsruhe 761 721 2; Mannheim 681 621 2; Heilbronn 740 7131 1.5;
        Ulm 890 731 1.5; Reutlingen 727 7121 1; Freiburg 791 761 1.2; Aalen 734 7361 0.8;
        Tuttlingen 785 7461 0.6; Göppingen 730 7161 0.6; Esslingen 737 711 1; Ravensburg 882
        751 0.6""",
    "Bayern": """München 803 89 6; Nürnberg 904 911 2.5; Augsburg 861 821 1.5; Regensburg 930 941 1.2;
        Ingolstadt 850 841 1; Würzburg 970 931 1; Erlangen 910 9131 0.8; Schweinfurt 974 9721
        0.6; Rosenheim 830 8031 0.6; Bamberg 960 951 0.6; Kempten 874 831 0.5; Passau 940 851
        0.5""",
    "Berlin": "Berlin 101 30 5",
    "Brandenburg": "Potsdam 144 331 0.6; Cottbus 030 355 0.4",
    "Bremen": "Bremen 281 421 1.2; Bremerhaven 275 471 0.3",
    "Hamburg": "Hamburg 204 40 4",
    "Hessen": """Frankfurt am Main 603 69 4; Wiesbaden 651 611 1; Kassel 341 561 1; Darmstadt 642 6151
        1; Gießen 353 641 0.6; Hanau 634 6181 0.5""",
    "Mecklenburg-Vorpommern": "Rostock 180 381 0.5; Schwerin 190 385 0.3",
    "Niedersachsen": """Hannover 301 511 2.5; Braunschweig 381 531 1; Oldenburg 261 441 0.7; Osnabrück 490
        541 1; Wolfsburg 384 5361 0.6; Göttingen 370 551 0.6; Celle 292 5141 0.4""",
    "Nordrhein-Westfalen": """Köln 506 221 3.5; Düsseldorf 402 211 3; Dortmund 441 231 1.8; Essen 451 201 1.8;
        Bielefeld 336 521 1.5; Münster 481 251 1.3; Aachen 520 241 1.2; Bonn 531 228 1.2;
        Wuppertal 421 202 1; Siegen 570 271 1; Paderborn 330 5251 1; Gütersloh 333 5241 0.8;
        Solingen 426 212 0.7; Krefeld 477 2151 0.7; Lüdenscheid 585 2351 0.6""",
    "Rheinland-Pfalz": """Mainz 551 6131 1; Koblenz 560 261 0.8; Ludwigshafen 670 621 0.8; Kaiserslautern 676
        631 0.6; Trier 542 651 0.5""",
    "Saarland": "Saarbrücken 661 681 0.7",
    "Sachsen": "Leipzig 041 341 1.4; Dresden 010 351 1.4; Chemnitz 091 371 0.8; Zwickau 080 375 0.4",
    "Sachsen-Anhalt": "Magdeburg 391 391 0.6; Halle (Saale) 061 345 0.6",
    "Schleswig-Holstein": "Kiel 241 431 0.7; Lübeck 235 451 0.7; Flensburg 249 461 0.4",
    "Thüringen": "Erfurt 990 361 0.6; Jena 077 3641 0.6",
}
_ABROAD: Final = (
    Place("Wien", "Wien", "Österreich", "10", 4, "1", 2.2),
    Place("Graz", "Steiermark", "Österreich", "80", 4, "316", 0.8),
    Place("Linz", "Oberösterreich", "Österreich", "40", 4, "732", 0.9),
    Place("Salzburg", "Salzburg", "Österreich", "50", 4, "662", 0.5),
    Place("Zürich", "Zürich", "Schweiz", "80", 4, "44", 1.8),
    Place("Basel", "Basel-Stadt", "Schweiz", "40", 4, "61", 0.9),
    Place("Bern", "Bern", "Schweiz", "30", 4, "31", 0.6),
    Place("St. Gallen", "St. Gallen", "Schweiz", "90", 4, "71", 0.5),
    Place("Amsterdam", "Noord-Holland", "Niederlande", "10", 4, "20", 0.7),
    Place("Eindhoven", "Noord-Brabant", "Niederlande", "56", 4, "40", 0.5),
    Place("London", "England", "Großbritannien", "EC", 3, "20", 1.0),
    Place("Manchester", "England", "Großbritannien", "M", 2, "161", 0.4),
    Place("Lyon", "Auvergne-Rhône-Alpes", "Frankreich", "690", 5, "4", 0.4),
    Place("Milano", "Lombardia", "Italien", "201", 5, "02", 0.4),
)
DIALLING_CODES: Final = {
    GERMANY: "49",
    "Österreich": "43",
    "Schweiz": "41",
    "Niederlande": "31",
    "Großbritannien": "44",
    "Frankreich": "33",
    "Italien": "39",
}
ENGLISH_SPEAKING: Final = ("Großbritannien", "Niederlande", "Frankreich", "Italien")
POSTAL_DIGITS: Final = 5


def places() -> tuple[Place, ...]:
    """All cities, the German ones first."""
    german = [_german(region, entry) for region, block in _GERMAN.items() for entry in block.split(";")]
    return (*german, *_ABROAD)


def _german(region: str, entry: str) -> Place:
    city, postal, area, weight = " ".join(entry.split()).rsplit(" ", 3)
    return Place(city, region, GERMANY, postal, POSTAL_DIGITS, area, float(weight))
