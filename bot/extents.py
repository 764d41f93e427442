"""How large goods are, where their names or sizes say it with a unit: "22 litres", 500毫升, "80 × 150 cm". Pure."""

from collections.abc import Sequence

from bot.commerce import Product
from bot.units import MEASURE, THOUSANDS

# unit → the kind of measure, and how many of the kind's smallest unit it is
_KINDS = {
    "ml": ("volume", 1.0), "cl": ("volume", 10.0), "l": ("volume", 1000.0),
    "mm": ("length", 1.0), "cm": ("length", 10.0), "inch": ("length", 25.4), "m": ("length", 1000.0),
    "g": ("weight", 1.0), "kg": ("weight", 1000.0), "mah": ("charge", 1.0),
}  # fmt: skip


def extents(product: Product) -> dict[str, float]:
    """Kind of measure → the largest that its names or the sizes there are now give."""
    sizes = (variant.size for variant in product.variants if variant.stock > 0)
    text = "\n".join((*product.name.texts.values(), *sizes)).casefold()
    largest: dict[str, float] = {}
    for hit in MEASURE.finditer(THOUSANDS.sub("", text)):
        if known := _KINDS.get(hit.lastgroup or ""):
            kind, factor = known
            largest[kind] = max(largest.get(kind, 0.0), float(hit[1].replace(",", ".")) * factor)
    return largest


def exceeds(product: Product, others: Sequence[Product]) -> bool:
    """Whether it is larger than all the others that say how large they are in the same kind of measure."""
    own, theirs = extents(product), [extents(other) for other in others]
    return any(
        all(own[kind] > other[kind] for other in theirs if kind in other) and any(kind in other for other in theirs)
        for kind in own
    )
