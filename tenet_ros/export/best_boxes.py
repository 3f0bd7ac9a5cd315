"""The end of a detector's graph: the best queries, their boxes in camera pixels."""

from __future__ import annotations

import torch

from tenet_ros.export.camera import CameraInput

__all__ = ['BestBoxes']


class BestBoxes(torch.nn.Module):
    """Keeps the queries with the best score of any text, best first.

    Args:
        camera: the way in, for the way back.
        count: of queries to be kept.
        normalised: whether boxes come in parts of the canvas, else in its pixels.
    """

    def __init__(self, camera: CameraInput, count: int, *, normalised: bool = True) -> None:
        super().__init__()
        self.way = camera
        self._count = count
        self._normalised = normalised

    def forward(
        self, centred: torch.Tensor, scores: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return boxes, (1, count, 4) xyxy camera pixels, and scores, (1, count, P).

        Args:
            centred: (1, N, 4) centre x, centre y, width, height.
            scores: (1, N, P) in [0, 1].
        """
        best = torch.topk(scores.amax(dim=-1), self._count, dim=1).indices[0]
        centred = torch.index_select(centred, 1, best)
        middle, half = centred[..., :2], centred[..., 2:] * 0.5
        boxes = torch.cat([middle - half, middle + half], dim=-1)
        boxes = self.way.to_camera(boxes, normalised=self._normalised)
        return boxes, torch.index_select(scores, 1, best)
