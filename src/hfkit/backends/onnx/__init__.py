"""The onnx backend: models exported once to ONNX, run by ONNX Runtime without torch and transformers."""

from .backend import OnnxBackend as OnnxBackend
