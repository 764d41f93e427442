"""The visible lists of verbs. To add one: write its file, add its line."""

from bot.shop.verbs import cancel, change_address, default_address, invoice, send_back
from bot.shop.verbs.account import AccountVerb
from bot.shop.verbs.verb import Verb

VERBS: dict[str, Verb] = {
    verb.name: verb for verb in (cancel.VERB, change_address.VERB, send_back.VERB, invoice.VERB)
}
ACCOUNT_VERBS: dict[str, AccountVerb] = {verb.name: verb for verb in (default_address.VERB,)}
