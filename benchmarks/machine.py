"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

__all__ = ["describe_machine"]

_PACKAGES = ("hfkit", "torch", "transformers", "tokenizers", "onnxruntime", "numpy")
_RIVALS = (
    "ctranslate2",
    "haystack-ai",
    "openvino",
    "sentence-transformers",
    "transformers-haystack",
    "txtai",
)


def describe_machine(*, minutes: float | None = None) -> list[str]:
    """Give the lines of a list: when, on what processor, with which versions.

    Args:
        minutes: how long all of it took; None leaves that out.
    """
    took = "" if minutes is None else f", {minutes:.0f} minutes"
    load = f"; load average at the end {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return [
        f"- Date: {datetime.now(UTC):%Y-%m-%d}{took}",
        f"- Processor: {_processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads for torch{load}",
        f"- System: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"- Versions: {', '.join(f'{package} {version(package)}' for package in _PACKAGES)}",
        f"- Measured against: {', '.join(map(_rival, _RIVALS))}",
    ]


def _rival(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} (not installed)"


def _processor() -> str:
    details = Path("/proc/cpuinfo")
    if details.is_file():
        for line in details.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
