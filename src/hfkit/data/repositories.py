"""Datasets on the hub: pinned to a commit, fetched by datasets, found again in its cache."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hfkit.errors import CorruptDataError, DataNotFoundError, HubError, OfflineError
from hfkit.hub.cache import mark_used
from hfkit.hub.dataset_commits import find_dataset_commit, pinned_dataset
from hfkit.hub.inventory import snapshot_folder
from hfkit.hub.lock_checks import check_snapshot

from .choosing import one_of
from .library import library
from .quiet import quiet_datasets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import datasets

    from hfkit.hub.dataset_commits import DatasetCommit
    from hfkit.hub.locks import Lock

    from .saving import Noted

__all__ = ["load_repository", "stream_repository"]


def load_repository(
    name: str, revision: str | None, *, config: str | None, offline: bool | None, lock: Lock | None
) -> dict[str, Noted]:
    """Load all splits of a dataset at one commit.

    What was loaded before at that commit is opened from datasets' cache, and the network is not asked for it.

    Raises:
        DataNotFoundError: there is no such dataset, revision or part.
        OfflineError: the hub cannot be reached, and this commit was not loaded before.
        CorruptDataError: its files cannot be read.
        LockError: the lock does not have it.
        HashMismatchError: a file is not what was locked.
        HubError: the hub refused; a subclass says why.
    """
    library()
    locked = lock and lock.find("dataset", name, revision)
    wanted = locked.commit if locked else revision
    pin = pinned_dataset(name, wanted)
    loaded = _cached(pin, config) if pin else None
    if pin is None or loaded is None:
        pin = find_dataset_commit(name, wanted, offline=bool(offline), follow=locked is not None)
        loaded = _cached(pin, config)
    if loaded is None:
        if not pin.reachable:
            raise OfflineError(
                f"dataset {pin.name}@{pin.commit} was not loaded before, and {pin.reason}",
                hint="connect and load it once, or give a file on this machine",
            )
        loaded = _fetched(pin, config)
    fetched = snapshot_folder("dataset", pin.name, pin.commit)
    mark_used(fetched)
    if lock and locked:
        check_snapshot(locked, lock, fetched)
    note = f"from dataset {pin.name}@{pin.commit}"
    return {str(split): (dataset, (note,)) for split, dataset in loaded.items()}


def _cached(pin: DatasetCommit, config: str | None) -> Mapping[str, datasets.Dataset] | None:
    """Open what datasets keeps of this commit; its own search would take the latest of any commit."""
    from datasets import config as settings
    from datasets.naming import camelcase_to_snakecase
    from datasets.packaged_modules.cache.cache import Cache

    owner, _, plain = pin.name.rpartition("/")
    place = "___".join([owner, camelcase_to_snakecase(plain)] if owner else [camelcase_to_snakecase(plain)])
    kept = [
        folder
        for folder in Path(settings.HF_DATASETS_CACHE).expanduser().glob(f"{place}/*/*/{pin.commit}")
        if (folder / settings.DATASET_INFO_FILENAME).is_file()
        and (config is None or folder.parent.parent.name == config)
    ]
    if len(kept) != 1:
        return None  # not there, or several parts, of which datasets knows the default one
    part, version = kept[0].parent.parent.name, kept[0].parent.name
    mark_used(kept[0])
    with quiet_datasets():
        builder = Cache(
            dataset_name=plain, repo_id=pin.name, config_name=part, version=version, hash=pin.commit
        )
        return _splits(builder)


def _splits(builder: datasets.DatasetBuilder) -> dict[str, datasets.Dataset]:
    """Open all splits that datasets has prepared; one without rows is a table without rows, as of a file."""
    return {
        str(name): cast("datasets.Dataset", builder.as_dataset(split=name))
        if split.num_examples
        else library().Dataset.from_dict(
            {column: [] for column in builder.info.features or ()}, features=builder.info.features
        )
        for name, split in builder.info.splits.items()
    }


def stream_repository(
    name: str,
    revision: str | None,
    *,
    split: str | None,
    config: str | None,
    offline: bool | None,
    lock: Lock | None,
) -> datasets.IterableDataset:
    """Open one split of a dataset at one commit; its rows are fetched while they are asked for.

    A lock decides on the commit. What is not kept cannot be compared with its hashes.

    Raises:
        OfflineError: the hub cannot be reached.
        SplitError: there are several splits, and none or another was named.
        DataNotFoundError: there is no such dataset, revision or part.
        LockError: the lock does not have it.
        HubError: the hub refused; a subclass says why.
    """
    library()
    locked = lock and lock.find("dataset", name, revision)
    wanted = locked.commit if locked else revision
    pin = find_dataset_commit(name, wanted, offline=bool(offline), follow=locked is not None)
    if not pin.reachable:
        raise OfflineError(
            f"dataset {pin.name}@{pin.commit} cannot be streamed: {pin.reason}",
            hint="connect, or load it while you are: Table.load",
        )
    with quiet_datasets(), _told(pin, config):
        streams = library().load_dataset(pin.name, config, revision=pin.commit, streaming=True)
    return one_of(cast("Mapping[str, datasets.IterableDataset]", streams), split, pin.name)


def _fetched(pin: DatasetCommit, config: str | None) -> Mapping[str, datasets.Dataset]:
    """Fetch and prepare a dataset, as ``load_dataset`` does; that fails where a split has no rows."""
    with quiet_datasets(), _told(pin, config):
        builder = library().load_dataset_builder(pin.name, config, revision=pin.commit)
        builder.download_and_prepare()
        return _splits(builder)


@contextmanager
def _told(pin: DatasetCommit, config: str | None) -> Iterator[None]:
    """Turn what datasets raises into hfkit's errors."""
    from datasets.exceptions import DataFilesNotFoundError, DatasetGenerationError, DatasetNotFoundError
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except (DatasetNotFoundError, DataFilesNotFoundError, FileNotFoundError) as error:
        raise DataNotFoundError(
            f"dataset {pin.name}@{pin.commit} holds no files that can be loaded: {error}",
            hint="look at its files on the hub",
        ) from error
    except DatasetGenerationError as error:
        raise CorruptDataError(
            f"dataset {pin.name}@{pin.commit} cannot be read: {error.__cause__ or error}",
            hint="name another revision, or fetch its files and load them one by one",
        ) from error
    except ValueError as error:  # no such part, several and none named, or files of several formats
        raise DataNotFoundError(
            f"dataset {pin.name!r} cannot be loaded{f' with config={config!r}' if config else ''}: {error}",
            hint="name one of its parts: config='...'"
            if "config" in str(error).casefold()
            else "fetch its files, and load them one by one",
        ) from error
    except StopIteration as error:  # datasets looks into a first line that is not there
        raise CorruptDataError(
            f"dataset {pin.name}@{pin.commit} cannot be read: its files are empty",
            hint="name another revision, or one of its other parts: config='...'",
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise HubError(
            f"the hub did not give dataset {pin.name!r} as a whole: {error}", hint="try again later"
        ) from error
