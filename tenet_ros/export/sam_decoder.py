"""The mask decoder of SAM and SAM 2 for any number of boxes, with the weights of transformers' own.

What is the same for every box, the image's keys and values in the first layer among it, is
computed once: the image keeps a batch of one for as long as boxes have left no trace in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

__all__ = ['SamDecoder']


class SamDecoder(torch.nn.Module):
    """Candidates and their ratings for every box.

    Args:
        model: transformers' SamModel or Sam2Model.
        finer: SAM 2: finer features of the image take part, and boxes end with a token that
            stands for no point.
    """

    def __init__(self, model: Any, *, finer: bool) -> None:
        super().__init__()
        self._prompt = model.prompt_encoder
        self._decoder = model.mask_decoder
        self._finer = finer
        place = model.get_image_wide_positional_embeddings().detach()
        self.register_buffer('place', place.flatten(2).transpose(1, 2).clone())
        nothing = model.prompt_encoder.no_mask_embed.weight.detach().reshape(1, -1, 1, 1)
        self.register_buffer('no_mask', nothing.clone())

    def forward(
        self, features: Sequence[torch.Tensor], corners: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return candidates (B, 3, h, w) and ratings (B, 3).

        Args:
            features: of the image, coarsest last; finer ones only with ``finer``.
            corners: (B, 2, 2) x and y in the encoder's input pixels.
        """
        decoder = self._decoder
        own = [decoder.iou_token.weight, decoder.mask_tokens.weight]
        if self._finer:
            own.insert(0, decoder.obj_score_token.weight)
        tokens = torch.cat(own).unsqueeze(0).expand(corners.shape[0], -1, -1)
        first = len(own) - 1  # of the tokens for masks; the one before it is for ratings
        image = (features[-1] + self.no_mask).flatten(2).transpose(1, 2)
        queries, keys = self._two_ways(torch.cat([tokens, self._sparse(corners)], dim=1), image)
        height, width = features[-1].shape[2:]
        canvas = keys.transpose(1, 2).reshape(-1, keys.shape[-1], height, width)
        canvas = self._upscaled(canvas, features)
        heads = list(decoder.output_hypernetworks_mlps)[1:]
        weights = [head(queries[:, first + 1 + n]) for n, head in enumerate(heads)]
        masks = torch.stack(weights, dim=1) @ canvas.flatten(2)
        masks = masks.reshape(-1, len(heads), canvas.shape[2], canvas.shape[3])
        return masks, decoder.iou_prediction_head(queries[:, first - 1])[:, 1:]

    def _sparse(self, corners: torch.Tensor) -> torch.Tensor:
        """Return the prompt of boxes, (B, 2 or 3, C)."""
        embed = self._prompt.shared_embedding.positional_embedding
        angles = ((corners + 0.5) * (2 / self._prompt.input_image_size) - 1) @ embed
        angles = angles * (2 * torch.pi)
        placed = torch.cat([torch.sin(angles), torch.cos(angles)], dim=2)
        points = self._prompt.point_embed
        if not self._finer:
            return placed + torch.cat([points[2].weight, points[3].weight])
        nowhere = self._prompt.not_a_point_embed.weight.unsqueeze(0)
        nowhere = nowhere.expand(corners.shape[0], -1, -1)
        return torch.cat([placed + points.weight[2:4], nowhere], dim=1)

    def _two_ways(
        self, prompt: torch.Tensor, image: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Let tokens (B, n, C) and image (1, h w, C) look at each other; return both, (B, ...)."""
        transformer, place = self._decoder.transformer, self.place
        tokens = prompt
        for layer in transformer.layers:
            if layer.skip_first_layer_pe:
                tokens = _attend(layer.self_attn, tokens, tokens, tokens)
            else:
                placed = tokens + prompt
                tokens = tokens + _attend(layer.self_attn, placed, placed, tokens)
            tokens = layer.layer_norm1(tokens)
            look = _attend(layer.cross_attn_token_to_image, tokens + prompt, image + place, image)
            tokens = layer.layer_norm2(tokens + look)
            tokens = layer.layer_norm3(tokens + layer.mlp(tokens))
            look = _attend(layer.cross_attn_image_to_token, image + place, tokens + prompt, tokens)
            image = layer.layer_norm4(image + look)
        look = _attend(transformer.final_attn_token_to_image, tokens + prompt, image + place, image)
        return transformer.layer_norm_final_attn(tokens + look), image

    def _upscaled(self, image: torch.Tensor, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return what masks are made of, at four times the resolution of the features."""
        decoder = self._decoder
        image = decoder.upscale_conv1(image)
        if self._finer:
            image = image + features[1]
        image = decoder.upscale_conv2(decoder.activation(decoder.upscale_layer_norm(image)))
        if self._finer:
            image = image + features[0]
        return decoder.activation(image)


def _attend(
    attention: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor
) -> torch.Tensor:
    """Return what queries (B or 1, n, C) find among keys and values (B or 1, m, C)."""
    heads = attention.num_attention_heads

    def split(tokens: torch.Tensor) -> torch.Tensor:
        return tokens.reshape(tokens.shape[0], tokens.shape[1], heads, -1).transpose(1, 2)

    query = split(attention.q_proj(query))
    key, value = split(attention.k_proj(key)), split(attention.v_proj(value))
    weights = torch.softmax(query @ key.transpose(2, 3) * attention.scaling, dim=-1)
    found = (weights @ value).transpose(1, 2).flatten(2)
    out = attention.o_proj if hasattr(attention, 'o_proj') else attention.out_proj
    return out(found)
