"""What type checkers know of Publish and Demo."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import hfkit

publish = hfkit.Publish("me/model", private=True, accept=("pickle",))
plan = publish.plan("out")
assert_type(plan, hfkit.PublishPlan)
assert_type(plan.added, tuple[hfkit.FileChange, ...])
done = publish(plan)
assert_type(done, hfkit.Publication)
assert_type(publish(Path("out"), probes=["a text"]).verified, hfkit.Verification | None)
assert_type(publish.with_(tag="v1"), hfkit.Publish)
hfkit.Publish("me/model", kind="models")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Publish("me/model", accept=("pickles",))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

demo = hfkit.Demo(hfkit.Classify(done.reference), examples=("A film.",))
assert_type(demo.write("page"), Path)
for facade in (hfkit.Answer(), hfkit.Generate(), hfkit.Summarize(), hfkit.Translate("me/model")):
    hfkit.Demo(facade)
hfkit.Demo("a model")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
