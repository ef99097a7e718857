"""Countries by the English names that registries of trials use."""

from __future__ import annotations

import re
from typing import Final

from adoptive.workbench.match.patients.gathered import clean

__all__ = ["country_named"]

_CODES: Final = """
AE ARE United Arab Emirates|AR ARG Argentina|AT AUT Austria|AU AUS Australia|BD BGD Bangladesh|BE BEL Belgium
BG BGR Bulgaria|BR BRA Brazil|BY BLR Belarus|CA CAN Canada|CH CHE Switzerland|CL CHL Chile|CN CHN China|CO COL Colombia
CR CRI Costa Rica|CU CUB Cuba|CY CYP Cyprus|CZ CZE Czechia|DE DEU Germany|DK DNK Denmark|DZ DZA Algeria|EC ECU Ecuador
EE EST Estonia|EG EGY Egypt|ES ESP Spain|FI FIN Finland|FR FRA France|GB GBR United Kingdom|GE GEO Georgia|GH GHA Ghana
GR GRC Greece|HK HKG Hong Kong|HR HRV Croatia|HU HUN Hungary|ID IDN Indonesia|IE IRL Ireland|IL ISR Israel|IN IND India
IQ IRQ Iraq|IS ISL Iceland|IT ITA Italy|JO JOR Jordan|JP JPN Japan|KE KEN Kenya|KR KOR South Korea|KW KWT Kuwait
KZ KAZ Kazakhstan|LB LBN Lebanon|LK LKA Sri Lanka|LT LTU Lithuania|LU LUX Luxembourg|LV LVA Latvia|MA MAR Morocco
MD MDA Moldova|MT MLT Malta|MX MEX Mexico|MY MYS Malaysia|NG NGA Nigeria|NL NLD Netherlands|NO NOR Norway|NP NPL Nepal
NZ NZL New Zealand|PA PAN Panama|PE PER Peru|PH PHL Philippines|PK PAK Pakistan|PL POL Poland|PR PRI Puerto Rico
PT PRT Portugal|QA QAT Qatar|RO ROU Romania|RS SRB Serbia|RU RUS Russia|SA SAU Saudi Arabia|SE SWE Sweden
SG SGP Singapore|SI SVN Slovenia|SK SVK Slovakia|TH THA Thailand|TN TUN Tunisia|TR TUR Turkey|TW TWN Taiwan
UA UKR Ukraine|UG UGA Uganda|US USA United States|UY URY Uruguay|VE VEN Venezuela|VN VNM Vietnam|ZA ZAF South Africa
"""
_ALSO: Final = {
    "united states of america": "United States", "u.s.a.": "United States", "u.s.": "United States",
    "uk": "United Kingdom", "great britain": "United Kingdom", "england": "United Kingdom",
    "korea, republic of": "South Korea", "republic of korea": "South Korea", "korea": "South Korea",
    "russian federation": "Russia", "czech republic": "Czechia", "türkiye": "Turkey", "deutschland": "Germany",
    "people's republic of china": "China", "viet nam": "Vietnam", "the netherlands": "Netherlands",
}  # fmt: skip


def _named() -> dict[str, str]:
    rows = [row.split(" ", 2) for row in re.split(r"[|\n]", _CODES.strip())]
    return {key.lower(): name for two, three, name in rows for key in (two, three, name)} | _ALSO


_NAMED: Final = _named()


def country_named(text: str) -> str:
    """Give a country's English name for an ISO 3166 code or another spelling; what is not known stays as it is.

    >>> country_named("US"), country_named("DEU"), country_named("czech republic"), country_named("Atlantis")
    ('United States', 'Germany', 'Czechia', 'Atlantis')
    """
    plain = clean(text)
    return _NAMED.get(plain.lower(), plain)
