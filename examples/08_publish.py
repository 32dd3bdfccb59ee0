"""Put a model on a hub: look at the plan, publish it, open it by its name at a commit, and write into its card.

Run it as ``python examples/08_publish.py``. The hub is one on this machine, so that no account is needed;
for the real one leave out ``endpoint=``, and log in with ``hf auth login``. It needs the extra ``torch``, and takes ten
seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import hfkit
from hfkit.testing import LocalHub, write_tiny_classifier

OPEN = """
import sys
import hfkit

result = hfkit.Classify(sys.argv[1])("a film")
print(f"{result.label}, from {result.source.model} at {result.source.revision[:12]}")
"""


def main(scratch: Path, hub: LocalHub) -> None:
    folder = write_tiny_classifier(scratch / "reviews", labels=("negative", "positive"))
    publish = hfkit.Publish("me/reviews", private=True, license="apache-2.0", endpoint=hub.endpoint)

    plan = publish.plan(folder)  # writes nothing
    print(plan)
    done = publish(plan)  # exactly that, as one commit
    print(done)

    print("opened in a process of its own:")  # huggingface_hub reads HF_ENDPOINT when it is imported
    command = [sys.executable, "-c", OPEN, done.reference]
    environment = os.environ | hub.environment()
    subprocess.run(command, env=environment, check=True)  # noqa: S603  # our own command

    written = (done.card or "").replace("# reviews\n", "# Reviews of hotels\n\nNot for films.\n")
    hub.commit("me/reviews", {"README.md": written.encode()}, title="As somebody edits it on the hub")
    tagged = publish.with_(tag="v1.0")(folder)
    assert "Not for films." in (tagged.card or ""), "what a person wrote is kept"
    print(f"v1.0 is {tagged.commit[:12]}, and the card says whom the model is not for")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, LocalHub() as local:
        os.environ["HF_TOKEN"] = local.token
        main(Path(place), local)
