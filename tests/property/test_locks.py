"""The laws of a lock's file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hfkit import Lock, LockedFile, LockedRepository

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_FILES = st.builds(
    LockedFile,
    path=_NAMES,
    size=st.integers(0, 2**50),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
REPOSITORIES = st.builds(
    LockedRepository,
    kind=st.sampled_from(["model", "dataset"]),
    name=_NAMES,
    revision=st.none() | _NAMES,
    commit=st.from_regex(r"[0-9a-f]{40}", fullmatch=True),
    files=st.lists(_FILES, max_size=3).map(tuple),
)


@given(repositories=st.lists(REPOSITORIES, max_size=4).map(tuple))
def test_what_is_written_is_read_again(repositories: tuple[LockedRepository, ...]) -> None:
    """A lock that is written and read is equal, whatever names and revisions are made of."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Lock(Path(folder) / "lock", repositories)
        lock.write()
        assert Lock.read(lock.path) == lock


@given(repository=REPOSITORIES, others=st.lists(REPOSITORIES, max_size=4))
def test_what_is_locked_is_found(repository: LockedRepository, others: list[LockedRepository]) -> None:
    """A repository that is locked is found by its revision and by its commit, where no other has its name."""
    apart = [one for one in others if (one.kind, one.name) != (repository.kind, repository.name)]
    lock = Lock(Path("lock"), (*apart, repository))
    for revision in (repository.revision, repository.commit, None):
        assert lock.find(repository.kind, repository.name, revision) is repository
