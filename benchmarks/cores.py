"""How hfkit uses the cores here: as it would for any user, unless the command says how many threads."""

from __future__ import annotations

import torch

from hfkit.backends.cores import cores

__all__ = ["threads"]


def threads() -> int | None:
    """Give the threads of hfkit's forward passes; None where it is to find out how the cores serve best.

    Everything else that is measured runs one forward pass at a time, with as many threads as torch has.
    """
    chosen = torch.get_num_threads()
    return None if chosen == cores() else chosen
