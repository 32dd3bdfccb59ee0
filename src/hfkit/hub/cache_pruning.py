"""Remove from the caches what is not wanted any more: a plan first, then the deed."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import HubError, SettingError
from hfkit.values.constraints import require_kind, require_whole
from hfkit.values.suggestion import did_you_mean

from .cache import cache_folder
from .cache_report import CacheReport, cache, item_lines, scan_hub, shown_bytes
from .cached_items import table_folder
from .inventory import hub_folder
from .locks import Lock

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping

    from .cached_items import CachedItem

__all__ = ["PrunePlan", "plan_prune"]

# What a lock could have: it could where the revision is a commit, not the hash of a folder or a file.
_OF_A_LOCK = ("model", "dataset", "table", "export")

# What is moved here is on its way out; what a killed process left goes with the next.
_AWAY = ".hfkit-removed-"

_MOST_DAYS = 36_500  # no clock goes further back

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What would be removed from the caches; ``execute`` does it.

    Attributes:
        items: what would go.
        freed_bytes: the bytes that this would give back; files that other commits share stay.
    """

    items: tuple[CachedItem, ...]
    freed_bytes: int

    def execute(self) -> CacheReport:
        """Remove what the plan names; what is gone already is no fault.

        Returns:
            What is left.

        Raises:
            HubError: something cannot be removed; what is named before it is gone.
        """
        try:
            _remove_commits(self.items)
            for item in self.items:
                if hub_folder() not in item.path.parents:
                    _remove_folder(item.path)
            remaining = next((item.path for item in self.items if item.path.exists()), None)
        except OSError as error:
            raise _unremoved(str(error)) from error
        if remaining:  # huggingface_hub goes on where it cannot remove something
            raise _unremoved(f"{remaining} is still there")
        return cache()

    def __str__(self) -> str:
        if not self.items:
            return "nothing would be removed"
        return "\n".join(
            [*item_lines(self.items), f"{shown_bytes(self.freed_bytes)} would be freed; execute() does it"]
        )


def plan_prune(
    report: CacheReport,
    *,
    unused_days: float | None,
    most_bytes: int | None,
    lock: Lock | str | os.PathLike[str] | None,
    names: Iterable[str],
) -> PrunePlan:
    """Choose what to remove; as :meth:`CacheReport.plan_prune`."""
    wanted = _require_names(report, names)
    require_whole("most_bytes", most_bytes, least=0)
    require_kind("unused_days", unused_days, (int, float, type(None)))
    if unused_days is not None and not 0 <= unused_days <= _MOST_DAYS:
        raise SettingError(f"unused_days is {unused_days!r}, must be 0 to {_MOST_DAYS:,}", hint="30 is usual")
    if unused_days is None and most_bytes is None and lock is None and not wanted:
        raise SettingError(
            "nothing says what to remove",
            hint="give unused_days, most_bytes, lock, or names; each alone will do",
        )
    held = Lock.read(lock) if lock is not None and not isinstance(lock, Lock) else lock
    kept: set[tuple[str, str, str]] = set()
    if held:
        kept = {(one.kind, one.name.casefold(), one.commit) for one in held.repositories}
    free = [item for item in report.items if not _is_kept(item, kept)]
    contents = {item: _contents(item) for item in report.items}
    latest = None if unused_days is None else datetime.now(UTC) - timedelta(days=unused_days)
    chosen = [
        item
        for item in free
        if (latest is not None and item.last_used < latest)
        or item.name in wanted
        or (held is not None and item.kind in _OF_A_LOCK and _COMMIT.fullmatch(item.revision))
    ]
    if most_bytes is not None:
        for item in sorted(free, key=lambda one: one.last_used):
            if report.bytes - _freed(contents, chosen) <= most_bytes:
                break
            if item not in chosen:
                chosen.append(item)
    return PrunePlan(tuple(chosen), _freed(contents, chosen))


def _require_names(report: CacheReport, names: Iterable[str]) -> frozenset[str]:
    if isinstance(names, str):
        raise SettingError(f"names is {names!r}, must be a list of names", hint=f"write names=[{names!r}]")
    require_kind("names", names, (Iterable,))
    wanted, there = frozenset(names), sorted({item.name for item in report.items})
    for name in wanted:
        require_kind("names", name, (str,))
    for name in sorted(wanted.difference(there)):
        raise SettingError(
            f"the cache holds nothing of {name!r}",
            hint=did_you_mean(name, there) or "print(hfkit.cache()) shows what it holds",
        )
    return wanted


def _is_kept(item: CachedItem, kept: set[tuple[str, str, str]]) -> bool:
    """Tell whether a lock has an item: a commit, an export of it, or a table of it, whose name datasets has changed."""
    match item.kind:
        case "export":
            return ("model", item.name.casefold(), item.revision) in kept
        case "table":
            return any(kind == "dataset" and commit == item.revision for kind, _, commit in kept)
        case kind:
            return (kind, item.name.casefold(), item.revision) in kept


def _freed(contents: Mapping[CachedItem, Mapping[Path, int]], chosen: Collection[CachedItem]) -> int:
    """Sum up the files that nothing which stays shares."""
    gone = {file: size for item in chosen for file, size in contents[item].items()}
    stay = {file for item, files in contents.items() if item not in chosen for file in files}
    return sum(size for file, size in gone.items() if file not in stay)


def _contents(item: CachedItem) -> dict[Path, int]:
    return {file.resolve(): file.stat().st_size for file in item.path.rglob("*") if file.is_file()}


def _remove_commits(items: Iterable[CachedItem]) -> None:
    """Let huggingface_hub remove commits: it knows which files others share."""
    commits: dict[Path, set[str]] = defaultdict(set)
    for item in items:
        if hub_folder() in item.path.parents:
            commits[item.path.parent.parent].add(item.revision)
    scanned = scan_hub()
    for repository in scanned.repos if scanned else ():
        there = {one.commit_hash for one in repository.revisions} & commits[repository.repo_path]
        if scanned and there:
            replace(scanned, repos=frozenset({repository})).delete_revisions(*there).execute()


def _remove_folder(folder: Path) -> None:
    """Move a folder away, then remove it: nobody finds one that is half removed."""
    root = next((root for root in (cache_folder(), table_folder()) if root in folder.parents), None)
    if root is None:  # the environment has changed since the plan
        return
    for left in root.glob(f"{_AWAY}*"):
        shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(dir=root, prefix=_AWAY, ignore_cleanup_errors=True) as away,
        suppress(FileNotFoundError),
    ):
        folder.rename(Path(away) / "removed")


def _unremoved(reason: str) -> HubError:
    return HubError(
        f"the cache cannot be pruned: {reason}", hint="check whose files these are, then prune again"
    )
