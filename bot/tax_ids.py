"""Tax numbers of companies as their countries write them: read from a message, checked, put into one form. Pure.

China: the unified social credit identifier, 18 characters with a check character (GB 32100). United Kingdom, the member
states of the EU, Norway and Switzerland: VAT numbers by the format of each country. Whether one was really given out is
for the tax office to say.
"""

import re

LENGTH = 18  # of the Chinese identifier
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31: without I, O, S, V and Z
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_GAPS = re.compile(r"[\s.·/_-]+")

# after the two letters of the country; Greece's are EL, Northern Ireland's XI
_UK = r"\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2}"
_VAT = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CH": r"E\d{9}(?:MWST|TVA|IVA)?",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "GB": _UK,
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-W]|\d{7}[A-W][A-I]",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "NO": r"\d{9}(?:MVA)?",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": _UK,
}
_TELLING = _VAT.keys() - {"NO"}  # "order no 123456789" is none
_OTHERWISE = {"GR": "EL"}  # ISO 3166 code → the letters its VAT numbers begin with
# What may be one, with the gaps people put in: letters of a country first, or 18 Chinese signs.
_LIKELY = re.compile(
    rf"(?<![A-Za-z0-9@])(?:(?:{'|'.join(_VAT)})(?:[ .-]?[A-Z0-9+*]){{5,14}}|[0-9A-Z](?:[ -]?[0-9A-Z]){{17}})(?![A-Za-z0-9@])",
    re.IGNORECASE,
)


def bare(text: str) -> str:
    """Capitals and digits alone, without the gaps and dots people put in."""
    return _GAPS.sub("", text.translate(_WIDE)).upper()


def checked(text: str, country: str) -> str | None:
    """The number in its one form, None when it is none. `country` (ISO 3166): whose it is when no letters say so."""
    number = bare(text)
    if country == "CN":
        return number if _social_credit(number) else None
    own = _OTHERWISE.get(country, country)
    for letters in (number[:2], own):
        rest = number[2:] if letters == number[:2] else number
        if letters in _VAT and re.fullmatch(_VAT[letters], rest, re.ASCII):
            return letters + rest
    return None


def find(text: str) -> str | None:
    """A tax number that stands in a message beyond doubt: with its country's letters, or with a check that holds."""
    for hit in _LIKELY.finditer(text.translate(_WIDE)):
        pieces = _GAPS.split(hit[0])
        for end in range(len(pieces), 0, -1):  # the words after it are no part of it
            number = "".join(pieces[:end]).upper()
            if _social_credit(number) or (number[:2] in _TELLING and checked(number, "")):
                return number
    return None


def _social_credit(number: str) -> bool:
    """GB 32100: the last sign follows from the others, weighted by the powers of 3, modulo 31."""
    if len(number) != LENGTH or any(sign not in _SIGNS for sign in number):
        return False
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(number[:-1]))
    return _SIGNS.index(number[-1]) == -total % 31
