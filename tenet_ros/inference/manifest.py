"""What is known of a model: where it comes from, what it takes and gives, how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tenet_ros.errors import EngineError
from tenet_ros.inference.plan import ExportPlan, Hub
from tenet_ros.inference.spec import TensorSpec

__all__ = ['Accuracy', 'ImageInput', 'Manifest', 'ModelFile']


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: in the store, without a folder.
        url: where ``pull`` fetches it: https, pinned to one revision where one is known; '' for a
            file that comes with the package.
        sha256: of the content, 64 lower-case hexadecimal digits; '' if nobody whom we trust says:
            the first copy is then taken as it comes, and the store holds to it ever after.
        size_bytes: of the content; 0 if it is not known.
    """

    name: str
    url: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInput:
    """How a camera image becomes the model's image tensor.

    Attributes:
        resize: "letterbox" keeps the aspect and pads; "stretch" does not.
        anchor: where the image lies in the padded canvas.
        pad: the value of padding, 0 to 255, before ``mean`` and ``std``.
        channels: order of the colour channels.
        mean: subtracted per channel, on the 0 to 255 scale.
        std: divided by per channel, on the 0 to 255 scale.
    """

    resize: Literal['letterbox', 'stretch']
    anchor: Literal['top_left', 'centre']
    pad: int
    channels: Literal['rgb', 'bgr']
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """One published or measured figure.

    Attributes:
        metric: "mAP 0.5:0.95".
        value: the figure.
        data: what it was measured on.
        source: who says so.
    """

    metric: str
    value: float
    data: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One model.

    A model is run as it is published, or, with an export plan, by graphs that are made of its
    published files on this machine.

    Attributes:
        name: file name of the manifest without its suffix, and of the model's folder in the store.
        task: what it does: "detection", "sentence embedding".
        summary: one line for a person.
        homepage: the page of whoever made it.
        licence: SPDX identifier.
        precision: of the weights, or of what is exported: "fp32".
        files: the ONNX graph first, then what it needs beside it; with an export plan the
            published files, in any order.
        inputs: of the graph; empty with an export plan, which says it for each graph.
        outputs: likewise.
        image: how an image becomes its input; None for a model that takes no image.
        postprocessing: what its outputs mean, in words.
        accuracy: what is known of how good it is; of an exported model what was published, which
            is to be expected of the export too.
        classes: names of its classes in output order; empty if it has none.
        hub: where it is published, if on the Hugging Face hub.
        export: how its graphs are made; None if it is run as published.
        known_problems: what a user must know, one sentence or two each.
    """

    name: str
    task: str
    summary: str
    homepage: str
    licence: str
    precision: str
    files: tuple[ModelFile, ...]
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    image: ImageInput | None
    postprocessing: str
    accuracy: tuple[Accuracy, ...]
    classes: tuple[str, ...]
    hub: Hub | None = None
    export: ExportPlan | None = None
    known_problems: tuple[str, ...] = ()

    @property
    def graph(self) -> ModelFile:
        """The ONNX graph of a model that is run as published."""
        return self.files[0]

    @property
    def plan(self) -> ExportPlan:
        """The export plan.

        Raises:
            EngineError: there is none.
        """
        if self.export is None:
            raise EngineError(
                f'{self.name}: expected a model that is exported on this machine, it is run as '
                'published; use it as it is'
            )
        return self.export

    @property
    def size_bytes(self) -> int:
        """Size of all files together, as far as it is known."""
        return sum(file.size_bytes for file in self.files)

    @property
    def bundled(self) -> bool:
        """Whether the model comes with the package, in ``tenet_ros/weights``."""
        return not any(file.url for file in self.files)

    def check_graph(self, inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...]) -> None:
        """Check that a loaded graph has the tensors that this manifest promises.

        Raises:
            EngineError: it has others.
        """
        for side, want, got in (
            ('inputs', self.inputs, inputs),
            ('outputs', self.outputs, outputs),
        ):
            if not _same_tensors(want, got):
                raise EngineError(
                    f'{self.name}: expected the {side} {_listed(want)}; the file has '
                    f'{_listed(got)}; use the file that the manifest names, or correct the manifest'
                )


def _same_tensors(want: tuple[TensorSpec, ...], got: tuple[TensorSpec, ...]) -> bool:
    """Compare names, dtypes and shapes; what a varying dimension is called does not matter."""

    def outline(specs: tuple[TensorSpec, ...]) -> list[tuple[object, ...]]:
        return [
            (spec.name, spec.dtype, *(dim if isinstance(dim, int) else '*' for dim in spec.shape))
            for spec in specs
        ]

    return outline(want) == outline(got)


def _listed(specs: tuple[TensorSpec, ...]) -> str:
    return '; '.join(str(spec) for spec in specs)
