"""An answer as the JSON that is stored under its write's key, and back."""

from typing import Any

from pydantic import TypeAdapter

from bot.commerce import Account, Answer, Basket, Order

_ANSWER: TypeAdapter[Answer[Order | Account]] = TypeAdapter(Answer[Order | Account])
_ORDER: TypeAdapter[Order] = TypeAdapter(Order)
_BASKET: TypeAdapter[Basket] = TypeAdapter(Basket)


def answer_to_json(answer: Answer[Order | Account]) -> dict[str, Any]:
    return _ANSWER.dump_python(answer, mode="json")  # type: ignore[no-any-return]


def answer_from_json(value: Any) -> Answer[Order | Account]:
    return _ANSWER.validate_python(value)


def order_as_json(order: Order) -> dict[str, Any]:
    """The whole order for `shophand shop show order`: amounts as {"minor", "currency"}, times in ISO 8601."""
    return {**_plain(_ORDER.dump_python(order, mode="json")), "state": order.state}


def basket_as_json(basket: Basket) -> dict[str, Any]:
    """A basket for `shophand shop show basket` and the shop's own checkout page."""
    return _plain(_BASKET.dump_python(basket, mode="json"))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Facts without their type tags: {"minor", "currency"} for money, {language: text} for texts."""
    match value:
        case {"kind": "money"}:
            return {"minor": value["minor"], "currency": value["currency"]}
        case {"kind": "localised"}:
            return value["texts"]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
    return value
