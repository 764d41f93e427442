"""The licensed corpora, read for breadth; each has heads of its own that are thrown away after training.

SGD, xSID and bitext27k stay out: share-alike, or unclear for weights. Licences and credits: the model card.
"""

import gzip
import json
import re
from pathlib import Path

from model.data import DataError, Example, cut
from model.labels import OOS

SOURCES = (
    "clinc150", "banking77", "hwu64", "snips", "bitext", "massive_en", "massive_zh", "multidogo", "natcs", "nlupp",
    "restaurants8k", "rasa_shopping_zh", "rasa_nlu_en",
)  # fmt: skip

# What no shop serves, by corpus: only the clear cases, as intent prefixes or CLINC's domains.
_ASSISTANT = ("alarm", "audio", "calendar", "cooking", "datetime", "iot", "music", "news", "play", "weather", "qa_",
              "transport", "email", "general_joke", "recommendation_movies", "recommendation_events")  # fmt: skip
_FOREIGN_DOMAINS = {"travel", "kitchen_and_dining", "auto_and_commute", "home", "utility", "work", "oos"}
_SHOP_LIKE = re.compile(r"order|shopping|what_can|cancel|reminder|todo|insurance")


def foreign(source: str, intent: str, domain: str) -> bool:
    """Whether a row of another corpus is clearly outside of what a shop does."""
    if source == "snips":
        return True
    if source == "clinc150":
        return (domain in _FOREIGN_DOMAINS or intent == OOS) and not _SHOP_LIKE.search(intent)
    return source in ("hwu64", "massive_en", "massive_zh") and intent.startswith(_ASSISTANT)


def read_source(folder: Path, source: str, split: str = "train") -> list[Example]:
    """One licensed corpus, cut to `split`; its out-of-scope rows carry a second label "oos"."""
    file = folder / "intents" / f"{source}.jsonl.gz"
    if not file.exists():
        raise DataError(f"{file} is missing; get it as data/README.md says, or train without --data")
    out = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for value in map(json.loads, lines):
            if value["split"] != split or not value["text"].strip():
                continue
            intent = value.get("intent") or ""
            spans = [(span["slot"], span["start"], span["end"]) for span in value.get("spans") or ()]
            labels = (intent, OOS) if foreign(source, intent, value.get("domain") or "") else (intent,)
            out.append(Example(cut(value["text"], spans), labels, value["lang"], source=source))
    return out
