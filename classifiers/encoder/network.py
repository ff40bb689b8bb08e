"""The encoder as torch trains it: BERT's layers, mean and brand pooled, one linear layer with seven answers."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from classifiers.encoder.source import Shape, Source
from classifiers.encoder.wording import BRAND_ID, PAD
from classifiers.model import HEADS


class Layer(nn.Module):
    """Post-norm attention and feed-forward, as in BERT."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, dropout
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.out_norm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.inner = nn.Linear(shape.hidden, shape.inner)
        self.outer = nn.Linear(shape.inner, shape.hidden)
        self.outer_norm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)

    def forward(self, states: Tensor, allowed: Tensor) -> Tensor:
        count, length, size = states.shape
        qkv = self.qkv(states).view(count, length, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        drop = self.dropout if self.training else 0.0
        # Spelt out: on the CPU the backward pass of torch's own attention takes a third of a step on short texts.
        scores = qkv[0] @ qkv[1].transpose(2, 3) / (size // self.heads) ** 0.5
        seen = functional.softmax(scores + allowed, dim=3) @ qkv[2]
        seen = self.out(seen.transpose(1, 2).reshape(count, length, size))
        if drop:
            seen = functional.dropout(seen, drop)
        states = self.out_norm(states + seen)
        inner = self.outer(functional.gelu(self.inner(states)))
        if drop:
            inner = functional.dropout(inner, drop)
        return self.outer_norm(states + inner)


class Network(nn.Module):
    """Ids of (texts, length) in, logits of (texts, heads) out, as `classifiers.model.HEADS`."""

    def __init__(self, source: Source, rows: Tensor, frozen: int, dropout: float) -> None:
        super().__init__()
        shape = source.shape
        self.words = nn.Embedding.from_pretrained(rows, freeze=True)
        self.places = nn.Parameter(_from(source, "emb.pos") + _from(source, "emb.type"), requires_grad=False)
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape, dropout if at >= frozen else 0.0) for at in range(shape.layers))
        self.answers = nn.Linear(2 * shape.hidden, len(HEADS))
        nn.init.normal_(self.answers.weight, std=0.02)
        nn.init.zeros_(self.answers.bias)
        self.frozen, self.dropout = frozen, dropout
        _fill(self, source)
        for part in (self.norm, *self.layers[:frozen]):
            part.requires_grad_(requires_grad=False)

    def forward(self, ids: Tensor) -> Tensor:
        real = ids != PAD
        allowed = torch.zeros(ids.shape, dtype=torch.float32).masked_fill(~real, -1e9)[:, None, None, :]
        with torch.no_grad():
            states = self.norm(self.words(ids) + self.places[: ids.shape[1]])
            for layer in self.layers[: self.frozen]:
                states = layer(states, allowed)
        for layer in self.layers[self.frozen :]:
            states = layer(states, allowed)
        drop = self.dropout if self.training else 0.0
        logits: Tensor = self.answers(functional.dropout(pooled(states, ids), drop))
        return logits


def pooled(states: Tensor, ids: Tensor) -> Tensor:
    """The mean over the text, and the mean over the brand's places (the beginning's where no brand is named)."""
    real = (ids != PAD).float()
    brand = (ids == BRAND_ID).float()
    first = torch.zeros_like(brand)
    first[:, 0] = (brand.sum(1) == 0).float()
    brand = brand + first
    return torch.cat([_mean(states, real), _mean(states, brand)], dim=1)


def _mean(states: Tensor, weights: Tensor) -> Tensor:
    return (states * weights[:, :, None]).sum(1) / weights.sum(1, keepdim=True)


def _from(source: Source, name: str) -> Tensor:
    return torch.from_numpy(source.tensors[name])


def _fill(network: Network, source: Source) -> None:
    network.norm.load_state_dict({"weight": _from(source, "emb.ln.w"), "bias": _from(source, "emb.ln.b")})
    for at, layer in enumerate(network.layers):
        kept = {
            f"qkv.{kind}": torch.cat([_from(source, f"l{at}.{name}.{kind[0]}") for name in "qkv"])
            for kind in ("weight", "bias")
        }
        for mine, theirs in (
            ("out", "ao"),
            ("out_norm", "aln"),
            ("inner", "fi"),
            ("outer", "fo"),
            ("outer_norm", "oln"),
        ):
            kept |= {f"{mine}.{kind}": _from(source, f"l{at}.{theirs}.{kind[0]}") for kind in ("weight", "bias")}
        layer.load_state_dict(kept)
