"""How ``import hfkit`` stays quick: names are imported when they are first asked for.

The one list of public names is the ``if TYPE_CHECKING:`` block of a package's ``__init__``. Type
checkers read it as imports; at run time it is read as text, so that the two can never disagree.
"""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["lazy_names", "reach"]


def lazy_names(package: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Make ``__getattr__``, ``__dir__`` and ``__all__`` for a package from its type-checking imports.

    Args:
        package: the package's ``__name__``, while it is being imported.

    Returns:
        The three module attributes, in that order.
    """
    module = sys.modules[package]
    where = _type_checking_imports(package)

    def getattr_(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        source, attribute = where[name]
        imported = import_module(source, package)
        value: object = getattr(imported, attribute) if attribute else imported
        setattr(module, name, value)
        return value

    def dir_() -> list[str]:
        return sorted({*vars(module), *where})

    return getattr_, dir_, sorted(where)


def _type_checking_imports(package: str) -> dict[str, tuple[str, str]]:
    """Map each public name to its module and the attribute there (``""`` for a submodule)."""
    spec = sys.modules[package].__spec__
    source = spec.loader.get_source(package) if spec and spec.loader else None  # type: ignore[attr-defined]  # every loader of source files and zips has it
    if source is None:
        raise ImportError(f"{package} was installed without its source, which its lazy imports read")
    names: dict[str, tuple[str, str]] = {}
    for node in ast.parse(source).body:
        if not (
            isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        ):
            continue
        for statement in node.body:
            if isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    name = alias.asname or alias.name
                    if statement.module is None:
                        names[name] = (f".{alias.name}", "")
                    else:
                        names[name] = (f".{statement.module}", alias.name)
    return names


def reach(module: str, attribute: str) -> object:
    """Import one attribute by name: the way a low layer calls a higher one, late and only on request."""
    value: object = getattr(import_module(module), attribute)
    return value
