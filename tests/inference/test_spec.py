from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.errors import ContractError
from tenet_ros.inference.spec import TensorSpec, check_tensors

IMAGE = TensorSpec('image', np.dtype(np.uint8), ('h', 'w', 3))


@given(st.integers(0, 5), st.integers(0, 5))
def test_named_dimensions_take_any_size(height: int, width: int):
    check_tensors('m', [IMAGE], {'image': np.zeros((height, width, 3), np.uint8)})


def test_no_tensors_are_wanted_and_none_given():
    check_tensors('m', [], {})


def test_one_name_has_one_size_across_tensors():
    other = TensorSpec('mask', np.dtype(np.uint8), ('h', 'w'))
    image = np.zeros((4, 5, 3), np.uint8)
    check_tensors('m', [IMAGE, other], {'image': image, 'mask': image[..., 0]})
    with pytest.raises(ContractError, match='w is 5'):
        check_tensors('m', [IMAGE, other], {'image': image, 'mask': image[:, :4, 0]})


def test_a_scalar_has_no_dimensions():
    scale = TensorSpec('scale', np.dtype(np.float32), ())
    check_tensors('m', [scale], {'scale': np.zeros((), np.float32)})
    with pytest.raises(ContractError, match='0 dimensions'):
        check_tensors('m', [scale], {'scale': np.zeros(1, np.float32)})
