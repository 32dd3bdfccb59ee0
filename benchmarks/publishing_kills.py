"""Kill publications at random moments, and look what the hub holds: the old commit or the new one, and the rerun ends.

Run it as ``python benchmarks/publishing_kills.py [TIMES]``. Each kill takes some seconds: a process starts,
publishes 30 MiB to a slow hub on this machine, and is killed somewhere between its first request and its last.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import monotonic, sleep

from hfkit.testing import LocalHub

PUBLISH = """
import sys
import hfkit

hfkit.Publish(sys.argv[1], kind="dataset", write_card=False, tag="v1", attempts=8)(sys.argv[2])
"""

NAME = "me/rows"
BYTES = 30 * 2**20


def publication(hub: LocalHub, name: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a process that publishes."""
    command = [sys.executable, "-c", PUBLISH, name, str(folder)]
    return subprocess.Popen(command, env=os.environ | hub.environment())  # noqa: S603  # our own command


def slow_down(hub: LocalHub) -> None:
    """Let each request that changes something take its time, so that a kill may meet any of them."""
    for step in ("create-repo", "preupload", "lfs-batch", "lfs-upload", "lfs-verify", "commit", "tag"):
        hub.slow(step, seconds=0.3)


def seconds_of(hub: LocalHub, folder: Path) -> float:
    """Measure an undisturbed publication, from its first request on."""
    hub.forget_requests()
    slow_down(hub)
    process = publication(hub, NAME, folder)
    while not hub.requests:
        sleep(0.005)
    started = monotonic()
    process.wait()
    return monotonic() - started


def kill_one(hub: LocalHub, name: str, folder: Path, after: float) -> tuple[str, str]:
    """Kill a publication, and give its last request and what the hub holds."""
    hub.forget_requests()
    slow_down(hub)
    process = publication(hub, name, folder)
    while not hub.requests and process.poll() is None:
        sleep(0.005)
    sleep(after)
    process.kill()
    process.wait()
    sleep(0.5)  # what the hub has begun it ends
    last = hub.requests[-1].step
    paths = set()
    if any(request.step == "create-repo" for request in hub.requests):
        paths = set(hub.repository(name, kind="dataset").files()) - {".gitattributes"}
    wanted = {file.name for file in folder.iterdir()}
    if paths not in (set(), wanted):
        raise SystemExit(f"half published after {last}: {paths}")
    return last, "the new commit" if paths else "the old commit"


def main(times: int) -> None:
    """Kill publications, and run each again to its end."""
    chance = Random(8)  # noqa: S311  # moments need not be secret
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "rows"
        folder.mkdir()
        (folder / "rows.parquet").write_bytes(chance.randbytes(BYTES))
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# Rows\n")
        with LocalHub() as hub:
            os.environ["HF_TOKEN"] = hub.token
            whole = seconds_of(hub, folder)
        print(f"undisturbed: {whole:.1f} s")
        for _ in range(times):
            with LocalHub() as hub:  # a new one: slow requests that nobody made are gone with the old
                os.environ["HF_TOKEN"] = hub.token
                after = chance.uniform(0, whole)
                last, held = kill_one(hub, NAME, folder, after)
                publication(hub, NAME, folder).wait()
                repository = hub.repository(NAME, kind="dataset")
                commits = len(repository.commits)
                done = repository.tags.get("v1") == repository.branches["main"] and commits == 2  # noqa: PLR2004
                if not done:
                    raise SystemExit(
                        f"the rerun did not end: {commits} commits, tags {dict(repository.tags)}"
                    )
                print(f"killed after {after:4.1f} s, last answered {last:<12} {held}; the rerun ends")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
