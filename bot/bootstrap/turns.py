"""What works a turn: the dialogue of a language, over the shop and the stores."""

from collections.abc import Callable
from datetime import timedelta

from bot.assistant import Assistant
from bot.bootstrap.foundation import Foundation
from bot.decision import Limits
from bot.dialogue import Dialogue
from bot.fulfilment import Fulfilment
from bot.identity import Identity
from bot.meaning import Meaning
from bot.ports import Language
from bot.settings import Settings
from bot.shop.policy import Policy
from bot.skills import SKILLS
from bot.store.actions import ActionStore, TryStore
from bot.store.codes import LinkStore, ProofStore
from bot.store.turns import TurnRows
from bot.underway import Settings as DialogueSettings


def dialogues(
    base: Foundation, store: TurnRows, assistant: Assistant, desks: tuple[str, ...], new_id: Callable[[], str]
) -> Callable[[Language], Dialogue]:
    """How the dialogue of any language is made: the model is switched while the product runs."""
    engine, clock, policy = base.opened.engine, base.clock, base.opened.policy
    actions = ActionStore(engine, clock)
    identity = Identity(
        TryStore(engine, clock), base.codes, LinkStore(engine, clock), ProofStore(engine), base.keys.links
    )
    settings = _settings(base.settings, policy, desks)
    mails = base.settings.public_url and base.settings.smtp_url.get_secret_value()  # else no link would lead back
    looks = base.watchers.watched if mails else None

    def dialogue_of(language: Language) -> Dialogue:
        speech = base.words.speech(language.writer)
        return Dialogue(
            store=store,
            interpreter=language.interpreter,
            fulfilment=Fulfilment(
                base.opened.shop, actions, identity, SKILLS, speech.say, policy.shop.zone, assistant.keep_file,
                Meaning(language.encoder).alike,
            ),
            speech=speech,
            skills=SKILLS,
            settings=settings,
            modes=base.modes,
            clock=clock,
            new_id=new_id,
            looks=looks,
        )  # fmt: skip

    return dialogue_of


def _market_of_language(policy: Policy) -> dict[str, str]:
    """The market of each language: the default one for its own, else the first."""
    default = policy.market(policy.shop.market)
    markets = (*reversed(policy.markets.values()), default)
    return {market.language: market.name for market in markets}


def _settings(settings: Settings, policy: Policy, desks: tuple[str, ...]) -> DialogueSettings:
    limits = Limits(
        approval_above={
            market.approval_limit.currency: market.approval_limit.minor for market in policy.markets.values()
        },
        home=policy.shop.market,
        speaks=_market_of_language(policy),
        emergency={market.name: market.emergency_numbers for market in policy.markets.values()},
        confirmation_minutes=settings.confirmation_minutes,
    )
    wait = timedelta(minutes=settings.wait_minutes)
    return DialogueSettings(limits, desks, wait, policy.hours, policy.deadlines, settings.staff_language)
