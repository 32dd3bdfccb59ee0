"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch

__all__ = ["describe_machine"]

_PACKAGES = ("hfkit", "torch", "transformers", "tokenizers", "numpy")


def describe_machine() -> list[str]:
    """Give the lines of a list: when, on what processor, with which versions."""
    load = f"; load average at the end {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return [
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Processor: {_processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads for torch{load}",
        f"- System: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"- Versions: {', '.join(f'{package} {version(package)}' for package in _PACKAGES)}",
    ]


def _processor() -> str:
    details = Path("/proc/cpuinfo")
    if details.is_file():
        for line in details.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
