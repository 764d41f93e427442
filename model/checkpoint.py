"""A model on disk: a folder of four files, the weights in safetensors (never pickle) at half precision.

    model.safetensors   weights, fp16          config.json        shape and labels of the net
    tokenizer.json      the pieces             calibration.json   how its logits become probabilities

The weights name the three other files by their content: files of different models may look alike in every size. What is
loaded computes in fp32. The content hash names the model in every stored turn.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from model.calibration import Calibration
from model.tokenizer import Tokenizer
from model.transformer import Config, Transformer

WEIGHTS, CONFIG, TOKENIZER, CALIBRATION = "model.safetensors", "config.json", "tokenizer.json", "calibration.json"
BESIDE = "beside"  # the entry of the weights that names the other files
SHIPPED = Path(__file__).parent / "weights"

Value = TypeVar("Value")


class CheckpointError(Exception):
    """A model cannot be loaded; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """All that is needed to understand and to write. Read-only: shared between threads."""

    net: Transformer
    tokenizer: Tokenizer
    calibration: Calibration
    hash: str  # of the four files' contents, first 12 hex digits

    @property
    def config(self) -> Config:
        return self.net.config


def save(folder: Path, net: Transformer, tokenizer: Tokenizer, calibration: Calibration) -> None:
    """Write a model; weights are rounded to fp16."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / CONFIG, net.config.to_json())
    tokenizer.save(folder / TOKENIZER)
    write_json(folder / CALIBRATION, calibration.to_json())
    weights = {name: tensor.detach().half().contiguous() for name, tensor in net.state_dict().items()}
    save_file(weights, folder / WEIGHTS, {BESIDE: json.dumps(_beside(folder))})  # one entry: their order is by chance


def write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def rounded(net: Transformer) -> Transformer:
    """The net as it comes back from disk: through fp16. What is calibrated is this one."""
    with torch.no_grad():
        for tensor in net.state_dict().values():
            tensor.copy_(tensor.half().float())
    return net.eval()


def load(folder: Path) -> Model:
    """Read a model; raises CheckpointError."""
    for name in (WEIGHTS, CONFIG, TOKENIZER, CALIBRATION):
        if not (folder / name).is_file():
            raise CheckpointError(f"{folder / name} is missing; train one with: shophand train --out {folder} "
                                  f"(to build on: shophand train --base-only --data DIR --out {folder})")  # fmt: skip
    config = _part(folder / CONFIG, lambda file: Config.from_json(_json(file)))
    tokenizer = _part(folder / TOKENIZER, Tokenizer.load)
    calibration = _part(folder / CALIBRATION, lambda file: Calibration.from_json(_json(file)))
    beside, saved_with = _beside(folder), _part(folder / WEIGHTS, _saved_with)
    if strange := next((name for name, content in beside.items() if saved_with.get(name) != content), None):
        raise CheckpointError(f"{folder / strange} is not the one that {WEIGHTS} was saved with: the files are of "
                              "different models; copy the whole folder again or train anew")  # fmt: skip
    net = Transformer(config)  # not on the meta device: its initialisers import torch._dynamo, which costs 2 s
    weights = {name: tensor.float() for name, tensor in _part(folder / WEIGHTS, load_file).items()}
    _part(folder / WEIGHTS, lambda _: net.load_state_dict(weights, assign=True))
    return Model(net.eval().requires_grad_(False), tokenizer, calibration, content_hash(folder))


def content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (WEIGHTS, CONFIG, TOKENIZER, CALIBRATION):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]


def _beside(folder: Path) -> dict[str, str]:
    """The files beside the weights, by what is in them."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (CONFIG, TOKENIZER, CALIBRATION)}


def _saved_with(weights: Path) -> dict[str, str]:
    with safe_open(weights, "pt") as opened:
        return json.loads((opened.metadata() or {}).get(BESIDE, "{}"))


def _json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def _part(file: Path, read: Callable[[Path], Value]) -> Value:
    try:
        return read(file)
    except Exception as problem:  # what is wrong with a file is said in many ways; tokenizers raises plain Exception
        raise CheckpointError(f"{file} is damaged ({problem!r}); copy it again or train anew") from problem
