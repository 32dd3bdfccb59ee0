"""Train a model to tell requests apart, look at the plan first and at the report behind it, and use it.

Run it as ``python examples/07_tune.py [OUTPUT]``; it needs the extra ``tune``, and takes some ten seconds.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import hfkit
from hfkit.starter import starter_folder

ASKED = {
    "order": ("Where is my {}?", "When will the {} arrive?", "Has the {} been sent?", "My {} is late."),
    "refund": (
        "I want my money back for the {}.",
        "Please refund the {}.",
        "I sent the {} back.",
        "Repay the {}.",
    ),
    "repair": ("The {} is broken.", "My {} makes a noise.", "Can you mend the {}?", "The {} does not start."),
}
THINGS = ("lamp", "radio", "clock", "kettle", "printer")


def main(output: Path) -> None:
    rows = [
        {"text": line.format(thing), "label": label}
        for label, lines in ASKED.items()
        for line in lines
        for thing in THINGS
    ]
    splits = hfkit.Table.from_records(rows).split(validation=0.2, test=0.2, stratify="label", seed=0)
    data = hfkit.Labelled(train=splits.train, validation=splits.validation, test=splits.test)

    base = starter_folder("sentiment", offline=False).path  # or "org/name@revision"
    tune = hfkit.Tune(base, method=hfkit.Lora(rank=8), epochs=6, learning_rate=2e-3)
    plan = tune.plan(data)
    print(f"{plan.steps} steps; {plan.trainable:,} of {plan.parameters:,} numbers are trained")

    report = tune(data, output)
    print(report)
    print(f"on rows it has never seen: accuracy {hfkit.Evaluate(output)(data).accuracy}")

    with hfkit.Classify(output) as classify:
        for text in ("The toaster smells of smoke.", "I have been waiting for my toaster for a week."):
            print(f"{classify(text).label:<7} {text}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch) / "requests")
