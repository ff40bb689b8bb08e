"""Fine-tunes the encoder on the CPU: AdamW, a linear schedule, batches of alike length, draws from one seed."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from classifiers.encoder.lessons import Lessons
from classifiers.encoder.network import Network
from classifiers.encoder.wording import Ids, padded
from classifiers.model import BRAND_HEADS, COMPLAINT, TEXT_HEADS

Told = Callable[[int, int, float], None]
"""Is told the step, their number and the running loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Rates of learning for the layers and for the answers; `warm` is the share of steps that the rate rises.

    `half`: products in bfloat16; on a CPU that has them (AMX) a step takes 0.17 s instead of 0.29.
    """

    seed: int = 1
    epochs: int = 2
    batch: int = 32
    rate: float = 9e-5
    answers_rate: float = 6e-4
    decay: float = 0.01
    warm: float = 0.06
    half: bool = True


def fine_tune(network: Network, lessons: Lessons, recipe: Recipe, told: Told) -> Network:
    """Teach the network all lessons `epochs` times."""
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    batches = [batch for _ in range(recipe.epochs) for batch in _batches(lessons.ids, recipe.batch, random)]
    answers = list(network.answers.parameters())
    known = {id(one) for one in answers}
    rest = [one for one in network.parameters() if one.requires_grad and id(one) not in known]
    groups = [{"params": rest, "lr": recipe.rate}, {"params": answers, "lr": recipe.answers_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _slope(at, len(batches), recipe.warm))
    network.train()
    mean = 0.0
    for at, batch in enumerate(batches):
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.half):
            loss = _loss(network, lessons.of(batch.tolist()))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(rest + answers, 1.0)
        optimizer.step()
        schedule.step()
        mean += (float(loss.detach()) - mean) / min(at + 1, 100)
        told(at + 1, len(batches), mean)
    network.eval()
    return network


def _slope(at: int, steps: int, warm: float) -> float:
    rising = max(1, math.ceil(steps * warm))
    return (at + 1) / rising if at < rising else max(0.0, (steps - at) / max(1, steps - rising))


def _loss(network: Network, lessons: Lessons) -> Tensor:
    logits = network(torch.from_numpy(padded(lessons.ids)))
    weights = torch.from_numpy(lessons.weights)
    moods = torch.from_numpy(lessons.moods)
    brand = -(moods[:, 0] * functional.log_softmax(logits[:, BRAND_HEADS], 1)).sum(1)
    text = -(moods[:, 1] * functional.log_softmax(logits[:, TEXT_HEADS], 1)).sum(1)
    complaint = functional.binary_cross_entropy_with_logits(
        logits[:, COMPLAINT], torch.from_numpy(lessons.complaints), reduction="none"
    )
    losses: Tensor = (torch.stack([brand, text, complaint], 1) * weights).sum() / len(lessons)
    return losses


def _batches(ids: Sequence[Ids], size: int, random: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    """Shuffled; texts of alike length together, so that little is filled up."""
    order = random.permutation(len(ids))
    reach = size * 40
    cut: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(order), reach):
        near = order[start : start + reach]
        near = near[np.argsort([len(ids[one]) for one in near], kind="stable")]
        cut += [near[at : at + size] for at in range(0, len(near), size)]
    yield from (cut[one] for one in random.permutation(len(cut)))


def answers(
    network: Network, ids: Sequence[Ids], batch: int = 64, *, half: bool = False
) -> npt.NDArray[np.float32]:
    """Logits of (texts, heads). `half` as in the recipe."""
    order = np.argsort([len(one) for one in ids], kind="stable")
    found = np.zeros((len(ids), network.answers.out_features), dtype=np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            found[rows] = network(torch.from_numpy(padded([ids[one] for one in rows]))).float().numpy()
    return found
