"""Products into documents of tokens: what the search index holds of each. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain

from bot.shop import facets
from bot.shop.analyser import Parts, parts
from bot.shop.records import CategoryRecord, ProductRecord

NAME, BESIDE, TEXT = "n:", "b:", "t:"  # marks of a token: where the product has it, the best place only
WHOLE = "="  # mark of a whole name as one token
_LONGEST_NAME = 999


@dataclass(frozen=True, slots=True)
class Document:
    """One product as the index holds it."""

    product_id: str
    length: int  # of the shortest name
    names: tuple[str, ...]
    also: tuple[str, ...]
    tokens: str
    variants: tuple[tuple[str, str], ...]  # sku, facets


def prepare(
    products: Iterable[ProductRecord],
    older: Mapping[str, ProductRecord],
    categories: Mapping[str, CategoryRecord],
    renamed: Set[str],
) -> list[Document]:
    """Documents of those products that search finds otherwise than their `older` selves.

    `renamed`: ids of the categories that have another name now.
    """
    return [
        document(product, categories[product.category])
        for product in products
        if product.category in renamed or _searched(product) != _searched(older.get(product.id))
    ]


def _searched(product: ProductRecord | None) -> object:
    """What a document is made of; prices and stock are not."""
    return product and (
        product.name, product.also, product.category, product.brand, product.material, product.description,
        product.fits, [(variant.sku, variant.size, variant.color) for variant in product.variants],
    )  # fmt: skip


def document(product: ProductRecord, category: CategoryRecord) -> Document:
    names = tuple(map(parts, product.name.values()))
    also = tuple(map(parts, chain.from_iterable(product.also.values())))
    colors = {color: None for variant in product.variants for color in variant.color.values()}
    sizes = {variant.size: None for variant in product.variants}
    beside = map(parts, (product.brand, *category.name.values(), *product.material.values(), *colors, *sizes))
    variants = tuple(
        (each.sku, facets.color(tuple(each.color.values())) | facets.size(each.size)) for each in product.variants
    )
    marked: dict[str, str] = {}
    for mark, texts, characters in (
        (TEXT, map(parts, product.description.values()), False), (BESIDE, beside, True), (NAME, names + also, True),
    ):  # fmt: skip
        marked |= dict.fromkeys(chain.from_iterable(text.tokens(characters) for text in texts), mark)
    tokens = {mark + token for token, mark in marked.items()} | set(map(whole, (*names, *also))) - {WHOLE}
    tokens |= facets.brand(product.brand) | {facets.category(category.id), *map(facets.fits, product.fits)}
    tokens = tokens.union(*(own for _, own in variants))
    return Document(
        product.id,
        min(min(map(_length, names)), _LONGEST_NAME),
        tuple(name.plain for name in names),
        tuple(name.plain for name in also),
        " ".join(sorted(tokens)),
        tuple((sku, f" {' '.join(sorted(own))} ") for sku, own in variants),
    )


def whole(name: Parts) -> str:
    return WHOLE + "_".join(name.plain.split())[:100]


def _length(name: Parts) -> int:
    """In words; two Chinese characters make one."""
    return len(name.words) + (sum(map(len, name.runs)) + 1) // 2


def counted(tokens: str) -> Iterator[str]:
    """What SearchWords counts of a document: itself, each token without its place, each facet."""
    yield ""
    for token in tokens.split():
        if token[:2] in (NAME, BESIDE, TEXT):
            yield token[2:]
        elif not token.startswith(WHOLE):
            yield token
