"""Find out how a tokenizer is put together: remembered, else asked of transformers, else read off its files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hfkit import errors
from hfkit._lazy import reach
from hfkit._version import __version__
from hfkit.backends.recipe import Recipe
from hfkit.hub.cache import cache_folder, keep
from hfkit.hub.folder import content_hash
from hfkit.hub.tokenizer_files import tokenizer_stamp

from .bare_recipes import bare_recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["find_recipe"]

_DESCRIBE = "hfkit.backends.torch.describe"


def find_recipe(owner: ModelFolder, runtime: Runtime) -> Recipe:
    """Say how transformers puts a tokenizer together.

    The first time transformers is asked, in a process of its own unless it is loaded here; the
    answer is kept in hfkit's cache under the hash of the tokenizer's files and the libraries' versions.

    Args:
        owner: the folder that the tokenizer lies in.
        runtime: whose code may run.

    Raises:
        TokenizerError: it cannot be opened.
        MissingDependencyError: it cannot be read without a package that is not installed.
    """
    if find_spec("transformers") is None:
        return bare_recipe(owner)
    if _brings_code(owner):
        return _ask_here(owner, runtime)  # what code may run is asked each time
    file = _file(owner)
    recipe = _remembered(file)
    if recipe is None:
        recipe = _ask_here(owner, runtime) if "transformers" in sys.modules else _ask_child(owner, runtime)
        _remember(file, recipe)
    return recipe


def _brings_code(owner: ModelFolder) -> bool:
    return any(owner.read_json(name).get("auto_map") for name in ("tokenizer_config.json", "config.json"))


def _file(owner: ModelFolder) -> Path:
    """Name the place of a recipe: by all that it depends on, so that a stale one is never found."""
    parts = [owner.name, content_hash(owner.path, tokenizer_stamp(owner)), __version__]
    for package in ("tokenizers", "transformers", "sentencepiece"):
        with suppress(PackageNotFoundError):
            parts.append(f"{package} {version(package)}")
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return cache_folder() / "tokenizers" / f"{key}.json"


def _remembered(file: Path) -> Recipe | None:
    """Read a recipe; None if there is none, or a damaged one."""
    try:
        digest, _, content = file.read_text(encoding="utf-8").partition("\n")
        if digest != hashlib.sha256(content.encode()).hexdigest():
            return None
        return Recipe.from_dict(json.loads(content))
    except (OSError, ValueError):
        return None


def _remember(file: Path, recipe: Recipe) -> None:
    """Write a recipe beside its place and move it in; a cache that cannot be written costs time, no more."""
    content = json.dumps(recipe.to_dict(), ensure_ascii=True)
    with suppress(OSError):
        keep(file, f"{hashlib.sha256(content.encode()).hexdigest()}\n{content}")


def _ask_here(owner: ModelFolder, runtime: Runtime) -> Recipe:
    describe = cast("Callable[[ModelFolder, Runtime], Recipe]", reach(_DESCRIBE, "describe_tokenizer"))
    try:
        return describe(owner, runtime)
    except errors.HfkitError:
        raise
    except Exception as error:  # each class of transformers fails in its own way
        raise _refusal(owner, str(error) or type(error).__name__) from error


def _refusal(owner: ModelFolder, reason: str) -> errors.TokenizerError:
    return errors.TokenizerError(
        f"transformers cannot run the tokenizer in {owner.path}: {reason.strip().splitlines()[-1]}",
        hint="save the tokenizer again, with a token for unknown text",
    )


def _ask_child(owner: ModelFolder, runtime: Runtime) -> Recipe:
    """Ask in a process of its own: transformers brings torch, and this process may need neither."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "recipe.json"
        try:
            done = subprocess.run(  # noqa: S603  # this interpreter, this package
                [sys.executable, "-P", "-m", _DESCRIBE, owner.name, owner.path, owner.revision, output],
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(place or str(Path.cwd()) for place in sys.path)},
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                check=False,
                text=True,
                errors="replace",
            )
        except OSError:
            return _ask_here(owner, runtime)  # no child can be had: heavier, and the same answer
        if done.returncode != 0:
            raise _refusal(owner, done.stderr.strip() or f"its process ended with {done.returncode}")
        outcome = json.loads(output.read_text(encoding="utf-8"))
    if "error" in outcome:
        kind: type[errors.HfkitError] = getattr(errors, outcome["error"])
        raise kind(outcome["message"], hint=outcome["hint"])
    return Recipe.from_dict(outcome["recipe"])
