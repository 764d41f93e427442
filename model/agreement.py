"""What people agree on: a second reader, who saw the messages and the guide alone, beside the labels of calibration/.

No model can be expected to agree with the labels more than people do. Run: python -m model.agreement
"""

import json
from collections import Counter
from pathlib import Path

from model.data import CORPUS
from model.evaluate import plain, wilson


def agreement(language: str, corpus: Path = CORPUS) -> dict[str, object]:
    """Share of messages whose main intent lies in the accept-set, and F1 of slot values with their names."""
    given = _rows(corpus / "calibration" / f"{language}.jsonl")
    read = _rows(corpus / "second_reader" / f"{language}.jsonl")
    hits = sum(row["intent"] in {given[name]["intent"], *given[name].get("accept", ())} for name, row in read.items())
    both = total = 0
    for name, row in read.items():
        ours, theirs = _slots(given[name]), _slots(row)
        both, total = both + (ours & theirs).total(), total + ours.total() + theirs.total()
    return {"messages": len(read), "intents": wilson(hits, len(read)), "slot_f1": 2 * both / total}


def _rows(file: Path) -> dict[str, dict]:
    return {row["id"]: row for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())}


def _slots(row: dict) -> Counter[tuple[str, str]]:
    return Counter((slot["name"], plain(value)) for slot in row.get("slots") or []
                   for value in (slot["value"] if isinstance(slot["value"], list) else [slot["value"]]))  # fmt: skip


if __name__ == "__main__":
    for code in ("en", "zh"):
        print(code, json.dumps(agreement(code)))
