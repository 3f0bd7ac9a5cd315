"""Decoders as their authors publish them in ONNX, for sources with random weights.

Names, shapes and semantics are those of the public export scripts of EfficientViT-SAM and of
segment-anything, whose decoder MobileSAM and NanoSAM share; the weights are transformers'.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from transformers import SamConfig
from transformers.models.sam.modeling_sam import SamMaskDecoder, SamPromptEncoder

__all__ = ['COORDINATES', 'PublicDecoder', 'SegmentAnythingDecoder', 'write_public']

COORDINATES = 1024
"""Side of the square in which points are given."""


class PublicDecoder(nn.Module):
    """EfficientViT-SAM's: every candidate of every prompt, B of them.

    Args:
        channels: of the features.
        side: of the features.
    """

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        config = SamConfig(
            vision_config={'hidden_size': channels, 'num_pos_feats': channels // 2},
            prompt_encoder_config={
                'hidden_size': channels,
                'image_size': COORDINATES,
                'patch_size': COORDINATES // side,
            },
            mask_decoder_config={
                'hidden_size': channels,
                'mlp_dim': 8 * channels,
                'iou_head_hidden_dim': channels,
            },
        )
        for part in (config, config.vision_config, config.mask_decoder_config):
            part._attn_implementation = 'eager'  # noqa: SLF001 - it has no other way in
        self.prompt = SamPromptEncoder(config)
        self.decoder = SamMaskDecoder(config.mask_decoder_config)
        # Of a published network: drawn once, with a spread of one.
        self.prompt.shared_embedding.positional_embedding.data.normal_(0, 1)

    def forward(
        self,
        image_embeddings: torch.Tensor,
        point_coords: torch.Tensor,
        point_labels: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return candidates (B, 4, h, w) and ratings (B, 4) of prompts (B, N)."""
        nothing = self.prompt.no_mask_embed.weight.reshape(1, -1, 1, 1)
        sparse = self.embedded(point_coords, point_labels)
        return self.predicted(image_embeddings, sparse, nothing)

    def embedded(self, coords: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the sparse prompt, (B, N, C)."""
        placed = self.prompt.shared_embedding((coords + 0.5) / COORDINATES)
        kinds = labels.unsqueeze(-1).expand_as(placed)
        placed = placed * (kinds != -1)
        placed = placed + self.prompt.not_a_point_embed.weight * (kinds == -1)
        for kind, embedding in enumerate(self.prompt.point_embed):
            placed = placed + embedding.weight * (kinds == kind)
        return placed

    def predicted(
        self, features: torch.Tensor, sparse: torch.Tensor, dense: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return every candidate and its rating."""
        decoder = self.decoder
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
        own = own.unsqueeze(0).expand(sparse.size(0), -1, -1)
        tokens = torch.cat([own, sparse], dim=1)
        image = torch.repeat_interleave(features, tokens.shape[0], dim=0) + dense
        place = torch.repeat_interleave(self._place(features), tokens.shape[0], dim=0)
        queries, keys = decoder.transformer(
            point_embeddings=tokens.unsqueeze(1),
            image_embeddings=image,
            image_positional_embeddings=place,
            attention_similarity=None,
        )
        batch, channels, height, width = image.shape
        image = keys.squeeze(1).transpose(1, 2).reshape(batch, channels, height, width)
        image = decoder.activation(decoder.upscale_layer_norm(decoder.upscale_conv1(image)))
        image = decoder.activation(decoder.upscale_conv2(image))
        heads = decoder.output_hypernetworks_mlps
        weights = torch.stack([head(queries[:, 0, 1 + n]) for n, head in enumerate(heads)], dim=1)
        batch, channels, height, width = image.shape
        masks = weights @ image.reshape(batch, channels, height * width)
        return masks.reshape(batch, -1, height, width), decoder.iou_prediction_head(
            queries[:, 0, 0]
        )

    def _place(self, features: torch.Tensor) -> torch.Tensor:
        """Return where each feature is, (1, C, h, w)."""
        side = features.shape[-1]
        at = (torch.arange(int(side), dtype=torch.float32) + 0.5) / side
        grid = torch.stack(torch.meshgrid(at, at, indexing='xy'), dim=-1)
        placed: torch.Tensor = self.prompt.shared_embedding(grid)
        return placed.permute(2, 0, 1).unsqueeze(0)


class SegmentAnythingDecoder(PublicDecoder):
    """Segment-anything's: one prompt, a mask for a start, and masks in the image's own size."""

    def forward(  # type: ignore[override]
        self,
        image_embeddings: torch.Tensor,
        point_coords: torch.Tensor,
        point_labels: torch.Tensor,
        mask_input: torch.Tensor,
        has_mask_input: torch.Tensor,
        orig_im_size: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return masks at the image's size, ratings, and the masks as they were predicted."""
        nothing = self.prompt.no_mask_embed.weight.reshape(1, -1, 1, 1)
        start = has_mask_input * self.prompt.mask_embed(mask_input)
        dense = start + (1 - has_mask_input) * nothing
        sparse = self.embedded(point_coords, point_labels)
        low, ratings = self.predicted(image_embeddings, sparse, dense)
        size = orig_im_size.to(torch.int64)
        canvas = nn.functional.interpolate(
            low, (COORDINATES, COORDINATES), mode='bilinear', align_corners=False
        )
        inside = torch.floor(orig_im_size * (COORDINATES / torch.max(orig_im_size)) + 0.5)
        inside = inside.to(torch.int64)
        canvas = canvas[..., : inside[0], : inside[1]]
        full = nn.functional.interpolate(
            canvas, (size[0], size[1]), mode='bilinear', align_corners=False
        )
        return full, ratings, low


def write_public(
    module: nn.Module,
    path: Path,
    inputs: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    varying: Mapping[str, Sequence[int]],
) -> None:
    """Write a module as its authors would: traced, opset 17, sizes that vary.

    Args:
        module: to be traced.
        path: of the file.
        inputs: examples by name.
        outputs: their names.
        varying: dimensions of each input.
    """
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=17,
            dynamic_axes={
                name: {axis: f'{name}_{axis}' for axis in axes} for name, axes in varying.items()
            },
            dynamo=False,
        )
    logger.setLevel(level)
