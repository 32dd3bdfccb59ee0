"""Laws of the local hub's commits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.local_hub.history import (
    Change,
    DeleteFile,
    DeleteFolder,
    PutFile,
    apply_changes,
    merge_files,
)
from hfkit.testing.local_hub.hub_files import HubFile
from hfkit.testing.local_hub.refusal import HubRefusedError
from hfkit.testing.local_hub.repositories import HubRepository

DATE = datetime(2026, 1, 1, tzinfo=UTC)

paths = st.sampled_from(["a", "b", "f/a", "f/b", "f/g/a", "h/a"])
contents = st.binary(max_size=4)
puts = st.builds(lambda path, content: PutFile(path, HubFile.of(content)), paths, contents)
changes: st.SearchStrategy[list[Change]] = st.lists(
    puts | st.builds(DeleteFile, paths) | st.builds(DeleteFolder, st.sampled_from(["f", "f/", "f/g", "h"])),
    max_size=6,
)
trees = st.dictionaries(paths, st.builds(HubFile.of, contents), max_size=5)


def _new() -> HubRepository:
    return HubRepository.new("org/name", author="tester", date=DATE)


def _by_hand(files: dict[str, HubFile], steps: list[Change]) -> dict[str, HubFile] | None:
    """The files after the steps, one by one; None where something to delete is not there."""
    for step in steps:
        if isinstance(step, PutFile):
            files = files | {step.path: step.file}
            continue
        gone = {
            path
            for path in files
            if path == step.path
            or (isinstance(step, DeleteFolder) and path.startswith(step.path.removesuffix("/") + "/"))
        }
        if not gone:
            return None
        files = {path: file for path, file in files.items() if path not in gone}
    return files


@given(st.lists(changes, max_size=4))
def test_a_commit_holds_its_parents_files_with_the_changes_applied(commits: list[list[Change]]) -> None:
    """Each commit's tree is that of its parent with its changes applied; a refused commit changes nothing."""
    repository = _new()
    for number, steps in enumerate(commits):
        before = repository.commit()
        expected = _by_hand(dict(before.files), steps)
        if expected is None:
            with pytest.raises(HubRefusedError):
                repository.with_commit(steps, title=str(number), author="tester", date=DATE)
            continue
        repository = repository.with_commit(steps, title=str(number), author="tester", date=DATE)
        after = repository.commit()
        assert (after.files, after.parents) == (expected, (before.id,))
        assert repository.history[before.id] == before
    log = repository.log()
    assert [commit.parents for commit in log] == [(commit.id,) for commit in log[1:]] + [()]


@given(trees)
def test_applying_changes_leaves_its_input_alone(tree: dict[str, HubFile]) -> None:
    """The files that go in are the same afterwards."""
    before = dict(tree)
    assert apply_changes(tree, [PutFile("a", HubFile.of(b"new"))])["a"] == HubFile.of(b"new")
    assert tree == before


@given(trees, trees)
def test_merging_with_an_unchanged_side_gives_the_other(
    base: dict[str, HubFile], theirs: dict[str, HubFile]
) -> None:
    """Who changed nothing gets what the other side made."""
    assert merge_files(base, base, theirs) == theirs
    assert merge_files(base, theirs, base) == theirs
    assert merge_files(base, theirs, theirs) == theirs


@given(trees, trees, trees)
def test_merging_takes_both_sides_changes_or_refuses(
    base: dict[str, HubFile], ours: dict[str, HubFile], theirs: dict[str, HubFile]
) -> None:
    """A file that one side alone changed is that side's; one that both changed differently is a conflict."""

    def changed(side: dict[str, HubFile]) -> set[str]:
        return {path for path in {*base, *side} if base.get(path) != side.get(path)}

    clash = [path for path in changed(ours) & changed(theirs) if ours.get(path) != theirs.get(path)]
    if clash:
        with pytest.raises(HubRefusedError, match="Both sides changed"):
            merge_files(base, ours, theirs)
        return
    merged = merge_files(base, ours, theirs)
    for path in {*base, *ours, *theirs}:
        assert merged.get(path) == (theirs if path in changed(theirs) else ours).get(path)


@given(changes)
def test_a_pull_request_merged_at_once_is_its_own_tree(steps: list[Change]) -> None:
    """Nobody committed meanwhile: the main branch gets the pull request's files."""
    repository = _new()
    if _by_hand(dict(repository.commit().files), steps) is None:
        return
    opened = repository.with_pull_request(steps, title="Ask", author="tester", date=DATE)
    assert opened.commit() == repository.commit()
    merged = opened.with_merge(1, author="tester", date=DATE)
    assert merged.commit().files == opened.commit("refs/pr/1").files
