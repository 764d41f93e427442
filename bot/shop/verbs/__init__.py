"""The visible list of verbs. To add one: write its file, add its line."""

from bot.shop.verbs import cancel, change_address, claim, send_back, settle_claim
from bot.shop.verbs.verb import Verb

VERBS: dict[str, Verb] = {
    verb.name: verb for verb in (cancel.VERB, change_address.VERB, claim.VERB, send_back.VERB, settle_claim.VERB)
}
