"""The torch backend: transformers' own model classes, run as they are."""

from .backend import TorchBackend as TorchBackend
