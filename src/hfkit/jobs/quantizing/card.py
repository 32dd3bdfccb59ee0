"""What stands beside a smaller model for people to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hfkit.values.quantize_report import QuantizeReport

__all__ = ["model_card"]

_ON_HUB = re.compile(r"[\w.-]+/[\w.-]+")


def model_card(report: QuantizeReport) -> str:
    """Write the card of a smaller model, ``README.md``, as the hub reads it.

    The model that it was made from is named by its repository; a folder of this machine by its last part alone.
    """
    plan = report.plan
    known = bool(_ON_HUB.fullmatch(plan.model))
    name = plan.model if known else Path(plan.model).name
    base = f"base_model: {name}\nbase_model_relation: quantized\n" if known else ""
    head = f"---\n{base}tags:\n- quantized\n---\n\n"
    notes = "".join(f"- {note}\n" for note in report.notes)
    return (
        f"{head}# {name} as {plan.scheme}\n\n"
        f"A smaller {name} for hfkit.{plan.verb}, made with hfkit.Quantize. It runs in {plan.runs_on}.\n\n"
        f"{report.markdown()}\n{notes}\n"
        "`quantizing.json` has all that was measured, and how.\n"
    )
