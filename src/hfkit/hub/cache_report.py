"""What lies in the caches of this machine, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.values.jsonable import to_json_value
from hfkit.values.layout import aligned, counted

from .cached_items import CachedItem, own_items, repository_items, table_items
from .inventory import hub_folder

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from huggingface_hub import HFCacheInfo

    from .cache_checks import CacheCheck
    from .cache_pruning import PrunePlan
    from .locks import Lock

__all__ = ["CacheReport", "cache", "item_lines", "scan_hub", "shown_bytes"]

_SHORT = 8  # figures of a commit that tell it from others
_STEP, _UNITS = 1024, ("bytes", "KiB", "MiB", "GiB")


@dataclass(frozen=True, slots=True)
class CacheReport:
    """What lies in the caches of this machine.

    Attributes:
        items: the largest first.
        bytes: of all files, each counted once.
        interrupted_bytes: of downloads that broke off; the next call goes on with them.
        faults: what could not be read, in words.
    """

    items: tuple[CachedItem, ...]
    bytes: int
    interrupted_bytes: int = 0
    faults: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[CachedItem, ...]:
        """Give all that belongs to a model or dataset: its commits, exports and tables."""
        return tuple(item for item in self.items if item.name == name)

    def verify(self) -> CacheCheck:
        """Read every file whose hash is known, and compare it; the network is not asked.

        The Hub's own hashes name the files of a repository; an export's stand in its card.
        """
        from .cache_checks import check_items

        return check_items(self.items)

    def plan_prune(
        self,
        *,
        unused_days: float | None = None,
        most_bytes: int | None = None,
        lock: Lock | str | os.PathLike[str] | None = None,
        names: Iterable[str] = (),
    ) -> PrunePlan:
        """Plan what to remove; nothing is removed before ``execute`` of the plan.

        What one of the criteria finds goes. What a lock has stays, whatever the others find.

        Args:
            unused_days: what was not used for so many days.
            most_bytes: what was used longest ago, until all that is left takes no more than this.
            lock: each commit that is not in this lock, or the lock in this file, with its exports and tables.
            names: all that belongs to these models or datasets.

        Raises:
            SettingError: no criterion is given, a number is negative, or a name is not in the cache.
            LockError: the lock cannot be read.
        """
        from .cache_pruning import plan_prune

        return plan_prune(self, unused_days=unused_days, most_bytes=most_bytes, lock=lock, names=names)

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        items = [
            {name: to_json_value(getattr(item, name)) for name in CachedItem.__slots__ if name != "path"}
            | {"path": str(item.path)}
            for item in self.items
        ]
        return {
            "items": items,
            "bytes": self.bytes,
            "interrupted_bytes": self.interrupted_bytes,
            "faults": list(self.faults),
        }

    def __str__(self) -> str:
        lines = [*item_lines(self.items), f"{shown_bytes(self.bytes)} in all"]
        if self.interrupted_bytes:
            lines.append(f"{shown_bytes(self.interrupted_bytes)} of downloads that broke off")
        return "\n".join([*lines, *(f"fault: {fault}" for fault in self.faults)])


def cache() -> CacheReport:
    """Say what lies in the caches of this machine: models, datasets, and what hfkit has made of them.

    Nothing is changed, and the network is not asked.
    """
    scanned = scan_hub()
    items = (
        [*repository_items(scanned), *table_items(), *own_items()]
        if scanned
        else [*table_items(), *own_items()]
    )
    elsewhere = sum(
        item.bytes for item in items if item.kind in ("table", "export", "starter", "architecture", "notes")
    )
    return CacheReport(
        tuple(sorted(items, key=lambda item: (-item.bytes, item.kind, item.name, item.revision, item.marks))),
        elsewhere + (scanned.size_on_disk if scanned else 0),
        scanned.incomplete_size_on_disk if scanned else 0,
        tuple(str(fault) for fault in scanned.warnings) if scanned else (),
    )


def scan_hub() -> HFCacheInfo | None:
    """Let huggingface_hub look through its cache; None where there is none yet."""
    from huggingface_hub import scan_cache_dir

    folder = hub_folder()
    if not folder.is_dir():
        return None
    return scan_cache_dir(folder)


def shown_bytes(count: int) -> str:
    """Write a number of bytes for people.

    >>> shown_bytes(900), shown_bytes(90 * 1024**2), shown_bytes(5 * 1024**4)
    ('900 bytes', '90.0 MiB', '5,120.0 GiB')
    """
    if count < _STEP:
        return counted(count, "byte")
    size, unit = float(count), 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    return f"{size:,.1f} {_UNITS[unit]}"


def item_lines(items: Iterable[CachedItem]) -> list[str]:
    """Give items as lines of a table."""
    rows = [
        (
            item.name,
            item.kind,
            ", ".join(item.marks) or "-",
            item.revision.removeprefix("sha256:")[:_SHORT] or "-",
            shown_bytes(item.bytes),
            f"{item.last_used:%Y-%m-%d}",
        )
        for item in items
    ]
    return aligned([("name", "kind", "marks", "revision", "size", "last used"), *rows])
