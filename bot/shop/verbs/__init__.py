"""The visible list of verbs. To add one: write its file, add its line."""

from bot.shop.verbs import (
    cancel,
    change_address,
    change_items,
    claim,
    delivery_day,
    exchange,
    gift_note,
    price_match,
    refund,
    send_back,
    settle_claim,
)
from bot.shop.verbs.verb import Verb

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        cancel.VERB,
        change_address.VERB,
        change_items.VERB,
        claim.VERB,
        delivery_day.VERB,
        exchange.VERB,
        gift_note.VERB,
        price_match.VERB,
        refund.VERB,
        send_back.VERB,
        settle_claim.VERB,
    )
}
