"""The torch backend: transformers' own model classes, run as they are."""

from .backend import TorchBackend as TorchBackend
from .library_noise import drop_library_noise

drop_library_noise()  # before a module of this folder imports transformers
