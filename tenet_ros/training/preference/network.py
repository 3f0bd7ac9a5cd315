"""The head's network: tracks attend to each other, to a null, and to the words of the sentence.

Its attention is *relational*: what is seen of a pair of tracks (offset, overlap, size ratio,
relative motion) is added to their attention, weighted by the sentence, and travels with the
answer. "Left of the bowl" can so become: look at bowls, and report on which side they lie.

Shapes: B moments, S sentences at each, N tracks, L tokens of at most M numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everybody calls it F

from tenet_ros.stages.preference.learned_columns import width as width_of
from tenet_ros.stages.preference.learned_features import FITS, PAIRS, SENTENCES, TRACKS
from tenet_ros.stages.preference.learned_sentence import NUMBERS

if TYPE_CHECKING:
    pass

__all__ = ['PreferenceNet']

_FAR = -30.0
"""Logit of what is not there."""


class _RelationAttention(nn.Module):
    """One layer: attention among tracks and null with pairs in it, and to the sentence's tokens."""

    def __init__(self, width: int, heads: int, pair: int) -> None:
        super().__init__()
        self.heads, self.pair, self.size = heads, pair, width // heads
        self.norm = nn.LayerNorm(width)
        self.tune = nn.Linear(width, 2 * width)
        self.qkv = nn.Linear(width, 3 * width)
        self.words = nn.Linear(width, 2 * width)
        self.ask = nn.Linear(width, heads * pair)
        self.out = nn.Linear(width + heads * pair, width)
        self.norm_ffn = nn.LayerNorm(width)
        self.tune_ffn = nn.Linear(width, 2 * width)
        self.ffn = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(
        self, x: Tensor, pairs: Tensor, there: Tensor, tokens: Tensor, said: Tensor, gist: Tensor
    ) -> Tensor:
        """Return the rows after one layer.

        Args:
            x: (B, S, R, D) rows: the null, then the tracks.
            pairs: (B, R, R, C) encoded pairs.
            there: (B, 1, 1, 1, R) 0 where a row is, ``_FAR`` where it is padding.
            tokens: (B, S, L, D) encoded tokens.
            said: (B, S, 1, 1, L) 0 where a token is, ``_FAR`` where it is padding.
            gist: (B, S, 1, D) the sentence as one vector.
        """
        b, s, r, d = x.shape
        h, c = self.heads, self.pair
        scale, shift = self.tune(gist).chunk(2, dim=-1)
        y = self.norm(x) * (1 + scale) + shift
        q, k, v = (part.view(b, s, r, h, -1).transpose(2, 3) for part in self.qkv(y).chunk(3, -1))
        wk, wv = (
            part.view(b, s, -1, h, self.size).transpose(2, 3)
            for part in self.words(tokens).chunk(2, -1)
        )
        ask = self.ask(gist).view(b, s * h, c)
        bias = (ask @ pairs.view(b, r * r, c).transpose(1, 2)).view(b, s, h, r, r)
        near = q @ k.transpose(-1, -2) * self.size**-0.5 + bias + there
        text = q @ wk.transpose(-1, -2) * self.size**-0.5 + said
        weight = torch.cat([near, text], dim=-1).softmax(dim=-1)
        among, read = weight[..., :r], weight[..., r:]
        values = (among @ v + read @ wv).transpose(2, 3).reshape(b, s, r, d)
        # What was seen of the pairs that were attended to: (B, R, S*H, R) @ (B, R, R, C).
        seen = among.reshape(b, s * h, r, r).transpose(1, 2) @ pairs
        seen = seen.view(b, r, s, h * c).transpose(1, 2)
        x = x + self.out(torch.cat([values, seen], dim=-1))
        scale, shift = self.tune_ffn(gist).chunk(2, dim=-1)
        return x + self.ffn(self.norm_ffn(x) * (1 + scale) + shift)


class _Reader(nn.Module):
    """Tokens of a sentence to vectors, and to one vector for all of it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.table = nn.Embedding(NUMBERS, width, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.3)
        with torch.no_grad():
            self.table.weight[0].zero_()
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_ffn = nn.LayerNorm(width)
        self.ffn = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, S, L, D) vectors, (B, S, L) bool where a token is, and (B, S, D) their mean."""
        b, s, length, _ = tokens.shape
        said = tokens[..., 0] != 0
        x = self.table(tokens).sum(dim=-2)
        y = self.norm(x)
        q, k, v = (
            p.view(b, s, length, self.heads, -1).transpose(2, 3) for p in self.qkv(y).chunk(3, -1)
        )
        near = q @ k.transpose(-1, -2) * (x.shape[-1] // self.heads) ** -0.5
        near = near + (~said)[:, :, None, None].to(x.dtype) * _FAR
        x = x + self.out((near.softmax(-1) @ v).transpose(2, 3).reshape(x.shape))
        x = x + self.ffn(self.norm_ffn(x))
        weight = said.to(x.dtype)[..., None]
        return x, said, (x * weight).sum(dim=2) / weight.sum(dim=2).clamp(min=1.0)


class PreferenceNet(nn.Module):
    """Scores every track and the null for every sentence.

    Args:
        width: of every vector.
        heads: of the attention.
        layers: of relational attention.
        pair: width of an encoded pair.
    """

    def __init__(self, width: int = 64, heads: int = 4, layers: int = 2, pair: int = 16) -> None:
        super().__init__()
        self.reader = _Reader(width, heads)
        self.of_track = nn.Sequential(
            nn.Linear(width_of(TRACKS), 128), nn.GELU(), nn.Linear(128, width)
        )
        self.of_fit = nn.Sequential(
            nn.Linear(width_of(FITS), width), nn.GELU(), nn.Linear(width, width)
        )
        self.of_sentence = nn.Linear(width_of(SENTENCES), width)
        self.gist = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, width))
        self.of_pair = nn.Sequential(nn.Linear(width_of(PAIRS), 32), nn.GELU(), nn.Linear(32, pair))
        self.null = nn.Parameter(torch.zeros(width))
        self.layers = nn.ModuleList(_RelationAttention(width, heads, pair) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.track_logit = nn.Linear(width, 1)
        self.null_logit = nn.Linear(width, 1)
        self.trust = nn.Parameter(torch.tensor([0.5, 0.5]))
        self.settled = nn.Sequential(
            nn.Linear(2 * width + 3, width), nn.GELU(), nn.Linear(width, 1)
        )
        # Set by calibration: slope and offset of tracks, null, settled.
        self.register_buffer('slope', torch.ones(3))
        self.register_buffer('offset', torch.zeros(3))

    def forward(
        self,
        tracks: Tensor,
        pairs: Tensor,
        present: Tensor,
        fits: Tensor,
        sentences: Tensor,
        tokens: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits of the tracks (B, S, N), of the null (B, S), and of being settled (B, S).

        Args:
            tracks: (B, N, F) float32.
            pairs: (B, N, N, F) float32.
            present: (B, N) float32, 1 for a track, 0 for padding.
            fits: (B, S, N, F) float32.
            sentences: (B, S, F) float32.
            tokens: (B, S, L, M) int64; padding is zero.
        """
        words, said, mean = self.reader(tokens)
        about = self.of_sentence(sentences)
        gist = self.gist(torch.cat([mean, about], dim=-1)).unsqueeze(2)
        rows = self.of_track(tracks).unsqueeze(1) + self.of_fit(fits)
        null = (self.null + about).unsqueeze(2)
        x = torch.cat([null, rows], dim=2) + gist
        seen = F.pad(self.of_pair(pairs), (0, 0, 1, 0, 1, 0))
        there = F.pad((1.0 - present) * _FAR, (1, 0))[:, None, None, None]
        unsaid = (~said).to(x.dtype)[:, :, None, None] * _FAR
        for layer in self.layers:
            x = layer(x, seen, there, words, unsaid, gist)
        x = self.norm(x)
        total, best = (
            4.0 * fits[..., FITS['total'].start],
            4.0 * sentences[..., SENTENCES['best'].start],
        )
        logits = self.track_logit(x[:, :, 1:]).squeeze(-1) + self.trust[0] * total
        null_logit = self.null_logit(x[:, :, 0]).squeeze(-1) - self.trust[1] * best
        logits = logits * self.slope[0] + self.offset[0]
        null_logit = null_logit * self.slope[1] + self.offset[1]
        settled = self._settled(x[:, :, 0], gist.squeeze(2), logits, null_logit, present)
        return logits, null_logit, settled * self.slope[2] + self.offset[2]

    @torch.no_grad()
    def absorb_calibration(self) -> None:
        """Give the last layers what calibration did to them; the answers stay as they are."""
        parts = (
            (self.track_logit, self.trust[:1]),
            (self.null_logit, self.trust[1:]),
            (self.settled[-1], None),
        )
        for number, (layer, trust) in enumerate(parts):
            slope, offset = self.slope[number], self.offset[number]
            layer.weight *= slope
            layer.bias.copy_(layer.bias * slope + offset)
            if trust is not None:
                trust.mul_(slope)
        self.slope.fill_(1.0)
        self.offset.fill_(0.0)

    def _settled(
        self, null: Tensor, gist: Tensor, logits: Tensor, null_logit: Tensor, present: Tensor
    ) -> Tensor:
        """Return the logit of the answer's being right and plain to see, (B, S)."""
        there = logits + (1.0 - present[:, None]) * 2 * _FAR
        there = F.pad(there, (0, 2), value=_FAR)
        top = there.topk(2, dim=-1).values
        summary = torch.cat([top, null_logit.unsqueeze(-1)], dim=-1).clamp(-10.0, 10.0).detach()
        return self.settled(torch.cat([null, gist, summary / 3], dim=-1)).squeeze(-1)
