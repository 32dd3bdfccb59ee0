"""What Tune does, step by step."""

from hfkit.backends.torch.library_noise import drop_library_noise

drop_library_noise()  # before a module of this folder imports transformers
