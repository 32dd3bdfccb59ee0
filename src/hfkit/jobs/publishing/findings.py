"""What others should not meet in a folder, or should know: said before anything is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hfkit.hub.tokenizer_files import TOKENIZER_MARKS
from hfkit.values.layout import counted
from hfkit.values.publish_plan import PublishFinding
from hfkit.values.publish_secrets import find_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hfkit.values.publish_settings import PublishKind

    from .folder_files import FolderFile
    from .subject import FolderSubject

__all__ = ["find_in_files", "find_in_model", "find_in_space", "find_places", "unpinned_base"]

_PICKLES = re.compile(r"\.(bin|pt|pth|ckpt|pkl|pickle|joblib)$")
_PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")

_LARGEST = 50 * 2**30  # bytes of one file that the hub takes over HTTP
_MOST_FILES = 100_000  # in a repository, by the hub's own advice

# Bytes of a file that are searched for the forms of secrets: of a text, and of what is none, whose head may hold text.
_READ, _READ_HEAD = 64 * 2**20, 2**20

_STARTS = {"Dockerfile", "app.py", "index.html"}
"""One of these is what a Space runs."""

# A name at the beginning: neither a comment nor an option; an address pins what it names.
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w,.-]+\])?\s*([<>~!]=?.*)?(#.*)?$")

_TEXTS = (".json", ".md", ".txt", ".py", ".yaml", ".yml", ".toml", ".sh")

_UNNAMED = re.compile(r"LABEL_\d+")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def find_in_files(
    files: Mapping[str, FolderFile], own_token: str | None, kind: PublishKind
) -> Iterator[PublishFinding]:
    """Look at each file: secrets, pickles, sizes.

    Args:
        files: of the folder, by path.
        own_token: the token that is used; no file may hold it.
        kind: what the repository is for.
    """
    for path, file in files.items():
        yield from _secrets(file, own_token)
        if _PICKLES.search(path) and file.head(4).startswith(_PICKLE_STARTS):
            yield PublishFinding(
                kind="pickle",
                severity="error",
                path=path,
                message=f"{path} is a pickle; to open it can run any code, and hfkit never does",
                hint="load it where you trust it, save_pretrained() writes model.safetensors; or ignore=(...)",
            )
        if kind != "dataset" and path.endswith((".parquet", ".arrow")):
            yield PublishFinding(
                kind="data_file",
                severity="warning",
                path=path,
                message=f"{path} holds examples, and the repository is a {kind}",
                hint="publish it with kind='dataset', or ignore=(...)",
            )
        if file.size > _LARGEST:
            yield PublishFinding(
                kind="too_large",
                severity="error",
                path=path,
                message=f"{path} has {file.size:,} bytes, the hub takes {_LARGEST:,}",
                hint="save the model in shards: save_pretrained(max_shard_size='5GB')",
            )
    if len(files) > _MOST_FILES:
        yield PublishFinding(
            kind="too_many_files",
            severity="error",
            message=f"there are {len(files):,} files, the hub takes {_MOST_FILES:,}",
            hint="put them together, as Parquet or in archives; or ignore=(...)",
        )


def find_places(files: Mapping[str, FolderFile], places: Sequence[str]) -> Iterator[PublishFinding]:
    """Look whether files tell of this machine: reports name the folders that they are about.

    Args:
        files: of the folder, by path.
        places: folders whose names others need not know.
    """
    told = [
        path
        for path, file in files.items()
        if path.endswith(_TEXTS) and any(file.holds(place.encode()) for place in places)
    ]
    if told:
        yield PublishFinding(
            kind="local_path",
            severity="note",
            path=told[0],
            message=f"{_several(told)} where something lies on this machine",
            hint="look whether others may read that; else edit it, or ignore=(...)",
        )


def find_in_model(
    files: Mapping[str, FolderFile],
    subject: FolderSubject,
    *,
    licensed: bool,
    base_commit: str | None = None,
) -> Iterator[PublishFinding]:
    """Look at what makes a model usable: weights, tokenizer, base, names of labels, license.

    Args:
        files: of the folder, by path.
        subject: what it is.
        licensed: whether its card names a license.
        base_commit: the commit that the base of an adapter is now; None where nobody knows.
    """
    if subject.is_model and not any(path.endswith((".safetensors", ".onnx")) for path in files):
        yield PublishFinding(
            kind="no_weights",
            severity="error",
            message="there are no weights, no *.safetensors and no *.onnx",
            hint="save the model there: model.save_pretrained(folder)",
        )
    if subject.config and not subject.adapter and not _has_tokenizer(files):
        yield PublishFinding(
            kind="no_tokenizer",
            severity="error",
            message="there is no tokenizer, so that nobody can give the model a text",
            hint="save it there: tokenizer.save_pretrained(folder)",
        )
    yield from _base(subject, base_commit)
    if subject.config and subject.verb in {"Classify", "Tag"} and _unnamed(subject.config.get("id2label")):
        yield PublishFinding(
            kind="unnamed_labels",
            severity="warning",
            path="config.json",
            message="labels are called LABEL_0, LABEL_1 and so on: nobody knows what they mean",
            hint="name them in config.json, in id2label and label2id",
        )
    if not licensed:
        yield PublishFinding(
            kind="no_license",
            severity="warning",
            message="there is no license, so that nobody may use it",
            hint="set license='apache-2.0', or write a license: line into the README.md",
        )


def find_in_space(files: Mapping[str, FolderFile]) -> Iterator[PublishFinding]:
    """Look at what makes a Space start, today and tomorrow."""
    if not files.keys() & _STARTS:
        yield PublishFinding(
            kind="no_app",
            severity="error",
            message=f"there is nothing to start: no {', no '.join(sorted(_STARTS))}",
            hint="hfkit.Demo(facade).write(folder) writes a page over a model",
        )
    wanted = files.get("requirements.txt")
    lines = wanted.head(wanted.size).decode("utf-8", "replace").splitlines() if wanted else []
    loose = [line.strip() for line in lines if _REQUIREMENT.match(line.strip()) and "==" not in line]
    if loose:
        yield PublishFinding(
            kind="unpinned_package",
            severity="warning",
            path="requirements.txt",
            message=f"{loose[0]!r} is not pinned: what is installed may change, and the page with it",
            hint=f"write the version that it was tried with: {loose[0].split('[')[0]}==...",
        )


def _several(paths: Sequence[str]) -> str:
    match paths:
        case [path]:
            return f"{path} tells"
        case _:
            return f"{paths[0]} and {counted(len(paths) - 1, 'other')} tell"


def _secrets(file: FolderFile, own_token: str | None) -> Iterator[PublishFinding]:
    content = file.head(_READ_HEAD if b"\0" in file.head(_READ_HEAD) else _READ)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # as some shells write what is sent into a file
    text = content.decode("utf-16" if wide else "utf-8", "replace")
    places = [f"a {one.kind} in line {one.line}" for one in find_secrets(text)]
    if own_token and (file.holds(own_token.encode()) or own_token in text):
        places.append("the very token that you are logged in with")
    if places:
        yield PublishFinding(
            kind="secret",
            severity="error",
            path=file.path,
            message=f"{file.path} holds {places[0]}" + (f" and {len(places) - 1} more" * (len(places) > 1)),
            hint="take it out, and revoke it if it was ever shown; or ignore=(...)",
        )


def _has_tokenizer(files: Mapping[str, FolderFile]) -> bool:
    endings = tuple(mark.removeprefix("*") for mark in TOKENIZER_MARKS if mark.startswith("*"))
    return any(path in TOKENIZER_MARKS or path.endswith(endings) for path in files)


def unpinned_base(subject: FolderSubject) -> tuple[str, str | None] | None:
    """Give the repository of an adapter's base, and its branch or tag if one is named; None where it is pinned."""
    base, revision = subject.adapter.get("base_model_name_or_path"), subject.adapter.get("revision")
    if not isinstance(base, str) or not _NAME.fullmatch(base):
        return None
    if isinstance(revision, str) and revision:
        return None if _COMMIT.fullmatch(revision) else (base, revision)
    return base, None


def _base(subject: FolderSubject, commit: str | None) -> Iterator[PublishFinding]:
    """Look at the base of an adapter: others must find it, and the very same."""
    if not subject.adapter:
        return
    base = subject.adapter.get("base_model_name_or_path")
    unpinned = unpinned_base(subject)
    unseen = unpinned is not None and commit is None
    if not isinstance(base, str) or not _NAME.fullmatch(base) or (unseen and subject.base_folder):
        yield PublishFinding(
            kind="local_base",
            severity="error",
            path="adapter_config.json",
            message=f"the adapter's base is {base!r}, a place on this machine that nobody else has",
            hint="publish the base and name it there, or merge: Tune(method=Lora(merge=True))",
        )
    elif unpinned:
        yield PublishFinding(
            kind="unpinned_base",
            severity="warning",
            path="adapter_config.json",
            message=f"the adapter's base {base!r} is not pinned: what it is may change, and the outputs with it",
            hint=f'write the commit that it is now into adapter_config.json: "revision": "{commit}"'
            if commit
            else "the hub does not show it: check its name, then write its commit there, as revision",
        )


def _unnamed(labels: object) -> bool:
    """Tell whether labels have no names: transformers leaves out those of two labels that nobody named."""
    names = labels.values() if isinstance(labels, dict) else ()
    return not names or any(_UNNAMED.fullmatch(str(name)) for name in names)
