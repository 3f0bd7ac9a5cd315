"""Where a model is published, and how graphs are made of what is published there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenet_ros.inference.record import ExportRecord, Precision, Profile, Role
from tenet_ros.inference.spec import TensorSpec

__all__ = ['ExportPlan', 'GraphTensors', 'Hub']


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where on the Hugging Face hub a model is published.

    Attributes:
        id: "omlab/omdet-turbo-swin-tiny-hf".
        revision: a commit, 40 lower-case hexadecimal digits; or a branch, whose files may change.
    """

    id: str
    revision: str

    @property
    def pinned(self) -> bool:
        """Whether the revision is one commit."""
        return len(self.revision) == 40 and set(self.revision) <= set('0123456789abcdef')

    def url(self, path: str) -> str:
        """Return where a file of the repository is to be had."""
        return f'https://huggingface.co/{self.id}/resolve/{self.revision}/{path}'


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTensors:
    """What one exported graph takes and gives.

    Attributes:
        role: of the graph.
        inputs: a name in a shape is the camera's ``height`` or ``width``, one of the plan's limits,
            or a size that may be any.
        outputs: likewise.
    """

    role: Role
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """How graphs are made of published files.

    Attributes:
        exporter: one of ``tenet_ros.export.EXPORTERS``.
        camera: (height, width) of the images that the graphs take unless one asks for another,
            pixels.
        canvas: (height, width) of what the network sees of such an image, pixels.
        precision: of weights and arithmetic, unless one asks for another.
        limits: sizes that are fixed in the graphs, by name.
        profiles: for each input with a dimension that varies, its least, usual and largest shape.
        graphs: what is made.
    """

    exporter: str
    camera: tuple[int, int]
    canvas: tuple[int, int]
    precision: Precision
    limits: Mapping[str, int]
    profiles: Mapping[str, Profile]
    graphs: tuple[GraphTensors, ...]

    def tensors(self, role: Role, record: ExportRecord) -> GraphTensors | None:
        """Return the tensors that the graph of a role has once it is exported; None without one.

        Args:
            role: of the graph.
            record: of the export, which says the sizes that this plan leaves open.
        """
        sizes = {'height': record.camera[0], 'width': record.camera[1], **record.limits}

        def fixed(spec: TensorSpec) -> TensorSpec:
            shape = tuple(
                sizes.get(dim, dim) if isinstance(dim, str) else dim for dim in spec.shape
            )
            return TensorSpec(spec.name, spec.dtype, shape)

        for graph in self.graphs:
            if graph.role == role:
                return GraphTensors(
                    role=role,
                    inputs=tuple(fixed(spec) for spec in graph.inputs),
                    outputs=tuple(fixed(spec) for spec in graph.outputs),
                )
        return None
