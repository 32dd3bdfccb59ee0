"""Check that every public name has one home.

Each module lists its names in ``__all__``; a name stands there once, is defined in that module, and
no two modules claim the same one.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"


def listed_names(tree: ast.Module) -> list[str]:
    """Read the literal ``__all__`` of a module; empty if it has none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def defined_names(tree: ast.Module) -> set[str]:
    """Give the names that a module's own statements define."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return names


def main() -> int:
    """Print each fault; give 1 if there are any."""
    homes: dict[str, list[str]] = defaultdict(list)
    faults = []
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        module = file.relative_to(SOURCE).as_posix()
        names = listed_names(tree)
        faults += [
            f"{module}: {name} stands twice in __all__"
            for name in sorted(set(names))
            if names.count(name) > 1
        ]
        faults += [f"{module}: __all__ is not sorted"] if names != sorted(names, key=_isort_style) else []
        faults += [
            f"{module}: {name} is not defined there" for name in names if name not in defined_names(tree)
        ]
        if not names and file.name not in ("__init__.py", "__main__.py"):
            faults.append(f"{module}: has no __all__")
        for name in set(names):
            homes[name].append(module)
    faults += [
        f"{name} has several homes: {', '.join(places)}" for name, places in homes.items() if len(places) > 1
    ]
    print("\n".join(faults) or f"{len(homes)} public names, each with one home")
    return 1 if faults else 0


def _isort_style(name: str) -> tuple[int, str]:
    """Order constants, classes, then the rest, as ruff sorts ``__all__``."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


if __name__ == "__main__":
    sys.exit(main())
