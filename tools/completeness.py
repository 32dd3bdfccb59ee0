"""Check that the public types are complete: ``pyright --verifytypes`` at 100 %."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"


def main() -> int:
    """Print what is not known of the types; give 1 if anything is."""
    command = [sys.executable, "-m", "pyright", "--ignoreexternal", "--verifytypes", "hfkit", "--outputjson"]
    # Here pyright finds installed packages through the first python of the PATH alone, whatever else it is told; the
    # path of an editable install counts as its own sources.
    first = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "PATH": first}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603  # fixed
    try:
        report = json.loads(done.stdout)["typeCompleteness"]
    except (json.JSONDecodeError, KeyError):
        print(done.stdout, done.stderr, sep="\n")
        return 1
    for symbol in report["symbols"]:
        for diagnostic in symbol["diagnostics"]:
            if symbol["isExported"]:
                print(f"{symbol['name']}: {diagnostic['message']}")
    print(f"{report['completenessScore']:.1%} of the public types are known")
    return 0 if report["completenessScore"] == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
