"""Our own Transformer as the language of the product: what understands, what writes, and what switches models."""

import logging
from collections.abc import Callable

from bot.errors import ModelError
from bot.phrases import PHRASES
from bot.ports import ActiveModel, Language
from bot.settings import Settings
from model.checkpoint import SHIPPED, Model
from model.encoder import TransformerEncoder
from model.interpreter import TransformerInterpreter, load_model
from model.serving import ModelThread
from model.writer import TransformerWriter, load_phrases

log = logging.getLogger(__name__)

MakeLanguage = Callable[[Settings, float, ActiveModel | None], Language]


def own_language(settings: Settings, max_error: float, chosen: ActiveModel | None = None) -> Language:
    """The Transformer of model/, with the chosen weights, the settings' or ours. ModelError when they cannot be loaded.

    `max_error`: the share of errors the shop tolerates among what is handled without a person.
    """
    owner = settings.home / "phrases"
    book = load_phrases(PHRASES, *([owner] if owner.is_dir() else []))

    def load(chosen: ActiveModel | None) -> Model:
        return load_model(chosen.folder, chosen.hash) if chosen else load_model(settings.model or SHIPPED)

    def on(model: Model, chosen: ActiveModel | None) -> Language:
        return Language(
            TransformerInterpreter(model, thread, max_error=max_error),
            TransformerWriter(model, book, thread),
            TransformerEncoder(model, thread),
            close=thread.close,
            problem=thread.problem,
            model=model.hash,
            chosen=chosen,
            switch=lambda other: on(load(other), other),
        )

    first = load(chosen)
    thread = ModelThread()  # one for every model that is switched to
    return on(first, chosen)


def speaking(settings: Settings, max_error: float, make: MakeLanguage, chosen: ActiveModel | None) -> Language:
    """The language of the chosen model; one that cannot be loaded keeps no shop closed: then the settings' model."""
    try:
        return make(settings, max_error, chosen)
    except ModelError as problem:
        if chosen is None:
            raise
        log.error("the model of the settings answers in place of the chosen one: %s", problem)
        return make(settings, max_error, None)
