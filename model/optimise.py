"""Optimiser, schedule and moving average of one training; can be put aside and taken up again. Safetensors only."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from model.recipe import Recipe

KEEP_EVERY = 500  # steps


@cache
def has_bfloat16() -> bool:
    """Whether this processor multiplies matrices of bfloat16 itself; emulated, it takes ten times float32's time."""
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def precision(bf16: bool) -> torch.autocast:
    """Matrix products in bfloat16, where that is wanted and the processor has it; else all in float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=bf16 and has_bfloat16())


@contextmanager
def training(recipe: Recipe) -> Iterator[None]:
    """The precision and the attention of a training step."""
    # For short rows on a CPU plain attention learns a fifth faster than the fused one; it computes the same.
    with precision(recipe.bf16), sdpa_kernel(SDPBackend.MATH):
        yield


class Run:
    """Optimiser, schedule and moving average of one training; can be put aside and taken up again."""

    def __init__(self, module: nn.Module, recipe: Recipe, steps: int, file: Path, made_from: str) -> None:
        self.module, self.recipe, self.steps, self.step = module, recipe, steps, 0
        tables = [p for part in module.modules() if isinstance(part, (nn.Embedding, nn.EmbeddingBag))
                  for p in part.parameters()]  # fmt: skip
        known = {id(p) for p in tables}
        flat = [p for p in module.parameters() if p.dim() < 2]
        deep = [p for p in module.parameters() if p.dim() >= 2 and id(p) not in known]
        # A rare word's row is seen in few steps: its steps are longer.
        self.optimiser = torch.optim.AdamW(
            [{"params": deep, "weight_decay": 0.02, "rate": 1.0}, {"params": flat, "weight_decay": 0.0, "rate": 1.0},
             {"params": tables, "weight_decay": 0.0, "rate": recipe.table_rate}],
            lr=recipe.rate, betas=(0.9, 0.98), fused=True,
        )  # fmt: skip
        self.average = {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}
        self.beside: dict[str, torch.Tensor] = {}  # what else is put aside with it
        self.made_from, self.file = made_from, file
        if self.file.exists():
            self._take_up()

    def update(self, *, save: bool = True) -> None:
        """One step down the gradient; the learning rate warms up, then falls along a cosine to a twentieth.

        `save`: put the run aside every KEEP_EVERY steps.
        """
        recipe = self.recipe
        done = max(0.0, (self.step - recipe.warm_up) / max(1, self.steps - recipe.warm_up))
        factor = min((self.step + 1) / recipe.warm_up, 0.05 + 0.95 * (1 + math.cos(math.pi * done)) / 2)
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.rate * factor * group["rate"]
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(recipe.average, self.step / (self.step + 10))
        with torch.no_grad():
            for name, tensor in self.module.state_dict().items():
                self.average[name].lerp_(tensor, 1 - keep)
        if save and self.step % KEEP_EVERY == 0 and self.step < self.steps:
            self.save()

    def save(self) -> None:
        tensors = {f"now/{name}": tensor for name, tensor in self.module.state_dict().items()}
        tensors |= {f"average/{name}": tensor for name, tensor in self.average.items()}
        tensors |= {f"beside/{name}": tensor for name, tensor in self.beside.items()}
        for number, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser/{number}/{name}": tensor for name, tensor in state.items()}
        partial = self.file.with_suffix(".partial")
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, partial,
                  {"step": str(self.step), "made_from": self.made_from})  # fmt: skip
        partial.replace(self.file)

    def _take_up(self) -> None:
        with safe_open(self.file, "pt") as opened:
            about = opened.metadata()
        if about.get("made_from") != self.made_from:
            return
        tensors = load_file(self.file)
        part = lambda prefix: {  # noqa: E731
            name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)
        }
        self.module.load_state_dict(part("now/"))
        self.average, self.beside = part("average/"), part("beside/")
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in part("optimiser/").items():
            number, _, field = name.partition("/")
            states.setdefault(int(number), {})[field] = tensor
        whole = self.optimiser.state_dict()
        whole["state"] = states
        self.optimiser.load_state_dict(whole)
        self.step = int(about["step"])
