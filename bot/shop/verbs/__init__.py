"""The visible list of verbs. To add one: write its file, add its line."""

from bot.shop.verbs import cancel, change_address, exchange, price_match, refund, send_back
from bot.shop.verbs.verb import Verb

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (cancel.VERB, change_address.VERB, send_back.VERB, exchange.VERB, price_match.VERB, refund.VERB)
}
