"""Let each fault happen once at each request of a publication, and look that all of it arrives, once.

Run it as ``python benchmarks/publishing_faults.py [MEBIBYTES]``. A file of 30 MiB is published to a hub on this
machine, again for each fault at each request. The client waits between tries as it does everywhere, so that it takes
some minutes. The tests do the same with small files.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

import hfkit
from hfkit.testing import LocalHub, RequestMatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAULTS: dict[str, Callable[[LocalHub, RequestMatch], None]] = {
    "503": lambda hub, where: hub.fail(where, status=503),
    "429": lambda hub, where: hub.fail(where, status=429, retry_after=1),
    "500": lambda hub, where: hub.fail(where, status=500),
    "dropped": lambda hub, where: hub.drop(where),
    "cut": lambda hub, where: hub.cut(where, after=3),
    "late": lambda hub, where: hub.slow(where, seconds=0.1),
}

README = b"---\nlicense: mit\n---\n# Rows\n"
HASH = re.compile(r"[0-9a-f]{40,64}")


def publisher(hub: LocalHub, number: int) -> hfkit.Publish:
    """Publish examples, with a tag, into a repository that is not there yet."""
    return hfkit.Publish(
        f"org/rows-{number}", kind="dataset", write_card=False, tag="v1", endpoint=hub.endpoint
    )


def requests_of(hub: LocalHub, name: str) -> list[RequestMatch]:
    """Give the requests so far, those of one kind once; hashes and the repository's name stand for any."""
    seen = {(one.method, HASH.sub("*", one.path).replace(name, "*")) for one in hub.requests}
    return [RequestMatch(method, path) for method, path in sorted(seen)]


def half_published(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> str | None:
    """Say what is not as it should be in the repository; None where all of it is there, once."""
    repository = hub.repository(publish.repository, kind="dataset")
    wanted = {file.name: file.read_bytes() for file in folder.iterdir()}
    held = {path: content for path, content in repository.files().items() if path != ".gitattributes"}
    if held != wanted:
        return f"it holds {sorted(held)}, and not the bytes of {sorted(wanted)}"
    if len(repository.commits) != 2:  # noqa: PLR2004  # the hub's own, and ours
        return f"it has {len(repository.commits)} commits"
    if repository.tags != {"v1": repository.branches["main"]}:
        return f"it has the tags {dict(repository.tags)}"
    return None


def fault_table(
    hub: LocalHub, folder: Path, faults: list[str]
) -> Iterator[tuple[str, RequestMatch, str, float]]:
    """Give each fault and request, what came of them, and the seconds that it took."""
    clean = publisher(hub, 0)
    clean(folder)
    number = 0
    for where in requests_of(hub, clean.repository):
        for fault in faults:
            number += 1
            publish = publisher(hub, number)
            FAULTS[fault](hub, where)
            started = perf_counter()
            try:
                publish(folder)
                came = "published"
            except hfkit.HfkitError as error:
                publish(folder)
                came = f"{type(error).__name__}, then published"
            seconds = perf_counter() - started
            yield fault, where, half_published(hub, publish, folder) or came, seconds


def main(mebibytes: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as place, LocalHub() as hub:
        os.environ["HF_TOKEN"] = hub.token
        folder = Path(place) / "rows"
        folder.mkdir()
        (folder / "rows.parquet").write_bytes(Random(0).randbytes(mebibytes * 2**20))  # noqa: S311  # any bytes
        (folder / "README.md").write_bytes(README)
        for fault, where, came, seconds in fault_table(hub, folder, list(FAULTS)):
            print(f"{fault:<8} {where.method:<5} {where.path:<52} {came} in {seconds:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
