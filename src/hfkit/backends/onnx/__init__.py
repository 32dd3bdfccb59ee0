"""The onnx backend: models exported once to ONNX, run by ONNX Runtime without torch and transformers."""

import os

from .backend import OnnxBackend as OnnxBackend

# Before anything here imports ONNX Runtime, which by itself keeps a record of models and machine to send
# to its maker, by a thread that a forked child waits for at its exit, for ever.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
