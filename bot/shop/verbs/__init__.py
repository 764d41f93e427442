"""The visible lists of verbs. To add one: write its file, add its line, and to WITH_MODE its name."""

from bot.shop.verbs import (
    cancel,
    change_address,
    change_items,
    claim,
    default_address,
    delivery_day,
    exchange,
    gift_note,
    invoice,
    price_match,
    refund,
    send_back,
    settle_claim,
    voucher,
)
from bot.shop.verbs.account import AccountVerb
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
        invoice.VERB,
        price_match.VERB,
        refund.VERB,
        send_back.VERB,
        settle_claim.VERB,
    )
}
STAFF_VERBS: dict[str, Verb] = {verb.name: verb for verb in (voucher.VERB,)}  # no shopper's and not the assistant's
ACCOUNT_VERBS: dict[str, AccountVerb] = {verb.name: verb for verb in (default_address.VERB,)}
