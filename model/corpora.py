"""The licensed corpora, read for breadth; each has heads of its own that are thrown away after training.

SGD, xSID and bitext27k stay out: share-alike, or unclear for weights. Licences and credits: the model card.
"""

import gzip
import itertools
import json
import re
from pathlib import Path
from typing import IO

from model.data import DataError, Example, cut
from model.labels import OOS
from model.tokenizer import key

SOURCES = (
    "clinc150", "banking77", "hwu64", "snips", "bitext", "massive_en", "massive_zh", "multidogo", "natcs", "nlupp",
    "restaurants8k", "rasa_shopping_zh", "rasa_nlu_en",
)  # fmt: skip

# Where a corpus was taken from: public repository at commit. What is missing is named with it.
ORIGINS = {
    "clinc150": "clinc/oos-eval@828f8093932c8fe6ca7936c3d2e52903b1c523de",
    "banking77": "PolyAI-LDN/task-specific-datasets@57ec275d8078af65b7731c2a98be812d844a6d6b",
    "banking77_train_10": "jianguoz/Few-Shot-Intent-Detection@fa9553312b1dba54b1be0aae2d30b13171f898e5",
    "hwu64": "jianguoz/Few-Shot-Intent-Detection@fa9553312b1dba54b1be0aae2d30b13171f898e5",
    "hwu64_train_10": "jianguoz/Few-Shot-Intent-Detection@fa9553312b1dba54b1be0aae2d30b13171f898e5",
    "snips": "sonos/nlu-benchmark@b86ac7f1577868c42158d0dec77db50956046696",
    "bitext": "bitext/customer-support-intent-detection-training-dataset@e970229e6473109417301b5edddb283917a10aac",
    "massive_en": "timworks/massive-raw@6d63e328102554b17fc52202cf98b9c4cd215c9b",
    "massive_zh": "timworks/massive-raw@6d63e328102554b17fc52202cf98b9c4cd215c9b",
    "multidogo": "awslabs/multi-domain-goal-oriented-dialogues-dataset@baa30639c4b271f394b81443c842193407cdf26d",
    "natcs": "amazon-science/dstc11-track2-intent-induction@969b95a0d7365fbc6cd0e05989f1be6b44e6680c",
    "nlupp": "PolyAI-LDN/task-specific-datasets@57ec275d8078af65b7731c2a98be812d844a6d6b",
    "restaurants8k": "PolyAI-LDN/task-specific-datasets@57ec275d8078af65b7731c2a98be812d844a6d6b",
    "rasa_shopping_zh": "whitespur/rasa_shopping_bot@8a5ad1e34e91c9dd72ff32e823056f527f21b843",
    "rasa_nlu_en": "RasaHQ/NLU-training-data@adf95065e808be76f51ce2c39b9f564cde5a77ae",
    "star": "RasaHQ/STAR@3058975092cdd09798e4a3a9e4ae135755824545",
    "taskmaster3": "google-research-datasets/Taskmaster@d92cb6af3005f1dc09c39e75e7daf4a04905e00b",
    "taskmaster4": "google-research-datasets/Taskmaster@d92cb6af3005f1dc09c39e75e7daf4a04905e00b",
    "cucom_ecommerce": "vakyansh/cucom@60b9a7f9670e2176330b0576e232be4ec5a7fe19",
    "laptop": "shawnwun/RNNLG@61ac6fd1304c9dcf29ea894452e685652718f6f8",
    "tv": "shawnwun/RNNLG@61ac6fd1304c9dcf29ea894452e685652718f6f8",
}

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
    out = []
    with _opened(folder / "intents" / f"{source}.jsonl.gz") as lines:
        for value in map(json.loads, lines):
            if value["split"] != split or not value["text"].strip():
                continue
            intent = value.get("intent") or ""
            spans = [(span["slot"], span["start"], span["end"]) for span in value.get("spans") or ()]
            labels = (intent, OOS) if foreign(source, intent, value.get("domain") or "") else (intent,)
            out.append(Example(cut(value["text"], spans), labels, value["lang"], source=source))
    return out

# --- dialogues: which turn follows which ------------------------------------------------------------------------------

DIALOGUES = ("star", "taskmaster3", "taskmaster4", "cucom_ecommerce")
READ = 160  # code points of a turn that are read


def read_pairs(folder: Path, source: str, split: str = "train") -> list[tuple[str, str]]:
    """Turns of a licensed dialogue corpus that follow one another; a pair of the same words stands once."""
    pairs: dict[tuple[str, str], None] = {}
    with _opened(folder / "dialogues" / f"{source}.jsonl.gz") as lines:
        for dialogue in map(json.loads, lines):
            turns = [turn["text"].strip()[:READ] for turn in dialogue["turns"] if turn["text"].strip()]
            if dialogue["split"] == split:
                pairs |= dict.fromkeys((a, b) for a, b in itertools.pairwise(turns) if min(len(a), len(b)) >= 8)
    return list(pairs)


def read_translations(folder: Path) -> list[tuple[str, str]]:
    """MASSIVE's Chinese utterances with their English originals (split train)."""
    texts: dict[str, dict[str, str]] = {}
    for source in ("massive_en", "massive_zh"):
        with _opened(folder / "intents" / f"{source}.jsonl.gz") as lines:
            for value in map(json.loads, lines):
                if value["split"] == "train" and value.get("pair_id"):
                    texts.setdefault(value["pair_id"], {})[value["lang"]] = value["text"]
    return [(both["en"], both["zh"]) for _, both in sorted(texts.items()) if both.keys() == {"en", "zh"}]


REPORTED = ("clinc150", "banking77", "hwu64", "snips")  # corpora on whose test split a figure is published


def read_reported(folder: Path) -> set[str]:
    """The normalised texts of all published test sets: nothing that is trained on may hold one of them."""
    return {key(one.text) for source in REPORTED for one in read_source(folder, source, "test")}


def _opened(file: Path) -> IO[str]:
    if not file.exists():
        raise DataError(f"{file} is missing: {ORIGINS.get(file.name.split('.')[0], 'see the model card')}")
    return gzip.open(file, "rt", encoding="utf-8")
