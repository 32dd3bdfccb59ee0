"""``python -m hfkit.starter``: fetch the starter models while there is a network."""

from __future__ import annotations

import argparse
import sys

from hfkit.errors import HfkitError

from . import STARTERS, starter_folder


def main(arguments: list[str] | None = None) -> int:
    """Fetch the named starters, or all; print where they lie."""
    parser = argparse.ArgumentParser(
        prog="python -m hfkit.starter", description="Fetch hfkit's starter models, once."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(STARTERS)} (default: all)"
    )
    parser.add_argument("--offline", action="store_true", help="only say whether they are here")
    options = parser.parse_args(arguments)
    try:
        for name in options.names or STARTERS:
            print(f"{name}: {starter_folder(name, offline=options.offline).path}")  # noqa: T201  # the command's output
    except HfkitError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
