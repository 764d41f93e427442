"""Numbers with a unit, however it is spelt: "500 ml", 500毫升, "45 litres". Pure."""

import re

_SPELT = {
    "ml": "ml|millilit(?:re|er)s?|毫升", "cl": "cl", "l": "l|lit(?:re|er)s?|升", "mg": "mg|毫克",
    "kg": "kg|kilograms?|kilos?|千克|公斤", "g": "g|grams?|克(?!拉)", "mm": "mm|millimet(?:re|er)s?|毫米",
    "cm": "cm|centimet(?:re|er)s?|厘米|公分", "m": "m|met(?:re|er)s?|米(?![白色])",
    "inch": "inch|inches|英寸|寸", "mah": "mah|毫安时?", "wh": "wh", "kw": "kw|千瓦", "w": "w|watts?|瓦",
    "v": "v|volts?|伏", "hz": "hz|赫兹", "gb": "gb", "tb": "tb", "oz": "oz|ounces?|盎司", "lb": "lbs?|pounds?|磅",
}  # fmt: skip
# in lower case; group 1 is the number, the one group more that matched is named as the unit
MEASURE = re.compile(
    r"(?<![\d.,])(\d+(?:[.,]\d{1,2})?)\s*(?:"
    + "|".join(f"(?P<{unit}>{spelt})" for unit, spelt in _SPELT.items())
    + r")(?![a-z0-9])"
)
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def spaced(folded: str) -> str:
    """ "500毫升" and "500ml" as "500 ml"; a single letter behind a number may be a size, and stays: 3L."""
    return MEASURE.sub(_spaced, folded)


def _spaced(hit: re.Match[str]) -> str:
    unit = hit.lastgroup or ""
    return hit[0] if hit[unit].isascii() and len(hit[unit]) == 1 else f"{hit[1]} {unit} "
