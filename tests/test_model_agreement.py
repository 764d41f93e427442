"""The second reader's labels: of known messages, and in agreement enough that the labels can be trusted."""

import pytest

from model.agreement import agreement
from model.labels import SPOKEN


@pytest.mark.parametrize("language", SPOKEN)
def test_two_readers_agree(language: str) -> None:
    found = agreement(language)
    assert found["messages"] == 220 and found["intents"]["value"] > 0.95 and found["slot_f1"] > 0.85
