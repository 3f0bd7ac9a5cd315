"""ONNX graphs of published models, camera bytes in and boxes or masks out. The extra ``[export]``."""
