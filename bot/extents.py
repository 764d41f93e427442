"""How large goods are, where their names or sizes say it with a unit: "22 litres", 500毫升, "80 × 150 cm". Pure."""

import re
from collections.abc import Sequence

from bot.commerce import Product

# kind → unit → how many of the kind's smallest unit it is
_UNITS = {
    "volume": {"ml": 1, "毫升": 1, "cl": 10, "l": 1000, "litre": 1000, "liter": 1000, "升": 1000},
    "length": {"mm": 1, "毫米": 1, "cm": 10, "厘米": 10, "inch": 25.4, "英寸": 25.4, "m": 1000, "米": 1000},
    "weight": {"g": 1, "克": 1, "kg": 1000, "公斤": 1000, "千克": 1000},
    "charge": {"mah": 1, "毫安": 1, "毫安时": 1},
}  # fmt: skip
_MEASURED = {
    kind: re.compile(
        rf"(\d+(?:,\d{{3}})*(?:\.\d+)?)\s?({'|'.join(sorted(units, key=len, reverse=True))})(?:e?s)?(?![a-z])",
        re.IGNORECASE,
    )
    for kind, units in _UNITS.items()
}


def extents(product: Product) -> dict[str, float]:
    """Kind of measure → the largest that its names or the sizes there are now give."""
    sizes = (variant.size for variant in product.variants if variant.stock > 0)
    text = "\n".join((*product.name.texts.values(), *sizes))
    found = {
        kind: [float(number.replace(",", "")) * _UNITS[kind][unit.lower()] for number, unit in pattern.findall(text)]
        for kind, pattern in _MEASURED.items()
    }
    return {kind: max(values) for kind, values in found.items() if values}


def exceeds(product: Product, others: Sequence[Product]) -> bool:
    """Whether it is larger than all the others that say how large they are in the same kind of measure."""
    own, theirs = extents(product), [extents(other) for other in others]
    return any(
        all(own[kind] > other[kind] for other in theirs if kind in other) and any(kind in other for other in theirs)
        for kind in own
    )
