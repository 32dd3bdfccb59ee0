"""What a hub refuses: each refusal is an error of its own, and says what to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import get_session  # type: ignore[attr-defined]

import hfkit
from hfkit import errors
from hfkit.hub import asking
from hfkit.hub.refusals import UnreachableError, hub_errors
from hfkit.testing import LocalHub, RequestMatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONLINE = hfkit.Runtime(backend="fake")
OFFLINE = hfkit.Runtime(backend="fake", offline=True)

OPEN = "import hfkit; hfkit.Classify('org/model').load()"


@pytest.fixture
def hub(local_hub: LocalHub, fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    local_hub.create("org/model", fake_model)
    return local_hub


def open_model(name: str = "org/model", runtime: hfkit.Runtime = ONLINE) -> str:
    return hfkit.Classify(name, runtime=runtime)("good").source.revision


def test_a_gated_model(hub: LocalHub, fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.create("org/gated", fake_model, gated=True)
    with pytest.raises(errors.GatedRepositoryError) as caught:
        open_model("org/gated")
    assert caught.value.message == "model 'org/gated' is gated, and its owner has not let you in"
    assert caught.value.hint == (
        f"log in with hfkit.login(), then ask for access on {hub.endpoint}/org/gated"
    )
    monkeypatch.setenv("HF_TOKEN", hub.stranger_token)
    with pytest.raises(errors.GatedRepositoryError) as caught:
        open_model("org/gated")
    assert caught.value.hint == f"ask for access on {hub.endpoint}/org/gated"
    monkeypatch.setenv("HF_TOKEN", hub.read_token)
    assert open_model("org/gated") == hub.repository("org/gated").branches["main"]


def test_a_model_that_is_private_reads_as_one_that_is_not_there(
    hub: LocalHub, fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.create("org/private", fake_model, private=True)
    for name in ("org/private", "org/missing"):
        with pytest.raises(errors.ModelNotFoundError) as caught:
            open_model(name)
        assert caught.value.hint == "check the spelling; if it is private, log in with hfkit.login()"
    monkeypatch.setenv("HF_TOKEN", hub.stranger_token)
    with pytest.raises(errors.ModelNotFoundError, match="if it is private, the token's owner must be let in"):
        open_model("org/private")


def test_a_model_that_has_become_private_opens_by_its_commit(hub: LocalHub) -> None:
    commit = open_model()
    HfApi(endpoint=hub.endpoint, token=hub.token).update_repo_settings("org/model", private=True)
    with pytest.raises(errors.PrivateRepositoryError) as caught:
        open_model()
    assert caught.value.message == (
        "the hub does not show model 'org/model' to you, though it once did: it is private now, or gone"
    )
    assert caught.value.hint == (
        "if it is private, log in with hfkit.login(); "
        f"what is in the cache opens by its commit: 'org/model@{commit}'"
    )
    assert open_model(f"org/model@{commit}") == commit


@pytest.mark.usefixtures("hub")
def test_a_token_that_the_hub_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_planted_secret")
    with pytest.raises(errors.TokenError, match="the hub does not know the token") as caught:
        open_model()
    assert "planted" not in str(caught.value)


def test_a_model_that_was_renamed(hub: LocalHub) -> None:
    HfApi(endpoint=hub.endpoint, token=hub.token).move_repo("org/model", "org/renamed")
    with pytest.raises(errors.MovedRepositoryError) as caught:
        open_model()
    assert caught.value.message == "model 'org/model' is called 'org/renamed' now"
    assert caught.value.new_name == "org/renamed"
    assert open_model("org/renamed") == hub.repository("org/renamed").branches["main"]


class _Answer:
    """What the hub answers for a name without an owner."""

    def raise_for_status(self) -> None:
        """It is no failure."""

    def json(self) -> dict[str, str]:
        return {"id": "openai-community/gpt2", "sha": "0" * 40}


def test_a_name_of_the_hubs_first_years_leads_to_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ask_hub", lambda _url: _Answer())
    assert asking.ask_commit("model", "gpt2", None) == "0" * 40
    with pytest.raises(errors.MovedRepositoryError):
        asking.ask_commit("model", "org/gpt2", None)


def test_the_base_of_an_adapter_may_have_been_renamed(hub: LocalHub, tmp_path: Path) -> None:
    """Whoever opens an adapter cannot change the name that its author wrote."""
    from hfkit.hub.resolve import resolve

    HfApi(endpoint=hub.endpoint, token=hub.token).move_repo("org/model", "org/renamed")
    named = {"peft_type": "LORA", "base_model_name_or_path": "org/model"}
    (tmp_path / "adapter_config.json").write_text(json.dumps(named))
    base = resolve(tmp_path, offline=False).base
    assert base is not None
    assert base.revision == hub.repository("org/renamed").branches["main"]


def test_a_hub_that_was_asked_too_often(hub: LocalHub) -> None:
    hub.fail("info", status=429, retry_after=30)
    with pytest.raises(errors.RateLimitError) as caught:
        open_model()
    assert caught.value.retry_after == 30
    assert caught.value.hint.startswith("try again in 30 seconds; ")
    hub.fail("info", status=429)
    with pytest.raises(errors.RateLimitError, match="try again in some minutes; ") as caught:
        open_model()
    assert caught.value.retry_after is None


def test_the_hub_tells_its_limits_in_a_header_of_its_own() -> None:
    response = Mock(status_code=429, headers={"RateLimit": '"api";r=0;t=55'})
    with (
        pytest.raises(errors.RateLimitError, match="try again in 55 seconds") as caught,
        hub_errors("dataset", "a/b", None),
    ):
        raise HfHubHTTPError("429", response=response)
    assert caught.value.retry_after == 55


def test_a_hub_that_wants_a_token_where_there_is_none(hub: LocalHub) -> None:
    hub.fail("info", status=401)
    with pytest.raises(errors.ModelNotFoundError, match="if it is private, log in"):
        open_model()


def test_a_hub_that_forbids(hub: LocalHub) -> None:
    hub.fail("info", status=403)
    with pytest.raises(errors.AccessError, match="the hub does not let you read model 'org/model': "):
        open_model()


def test_where_a_hub_is_out_of_order_the_cache_must_do(hub: LocalHub) -> None:
    hub.fail("info", status=503, times=2)
    with pytest.raises(errors.OfflineError, match=r"cannot be reached \(HTTP status 503\)"):
        open_model()
    with pytest.raises(errors.OfflineError, match=r"cannot be reached \(HTTP status 503\)"):
        hfkit.Table.load("org/reviews")
    commit = open_model()
    hub.fail("info", status=503)
    assert open_model() == commit


def test_a_hub_that_does_not_speak_as_one(hub: LocalHub) -> None:
    hub.fail("info", status=404)
    with pytest.raises(
        errors.HubError, match=r"the hub refused model 'org/model': .*\(HTTP status 404\)"
    ) as caught:
        open_model()
    assert caught.value.hint == "check HF_ENDPOINT: a hub answers there otherwise"


def test_a_refusal_in_the_midst_of_a_download(hub: LocalHub) -> None:
    hub.fail("tree", status=403, times=9)
    with pytest.raises(errors.AccessError, match="the hub does not let you read model 'org/model': "):
        open_model()


@pytest.mark.usefixtures("quick_retries")
def test_a_hub_that_fails_once_it_was_asked(hub: LocalHub) -> None:
    hub.fail("tree", status=500, times=99)
    with pytest.raises(errors.OfflineError, match=r"cannot be reached \(HTTP status 500\)"):
        open_model()


def test_an_address_of_a_browser_is_no_name() -> None:
    with pytest.raises(errors.SettingError) as caught:
        open_model("https://hub.example/org/model/tree/main")
    assert caught.value.hint == "write 'org/model'; HF_ENDPOINT says on which hub"
    with pytest.raises(errors.SettingError, match="check the spelling"):
        open_model("https://hub.example")


def test_a_connection_that_is_dropped(hub: LocalHub) -> None:
    hub.drop("info")
    with pytest.raises(errors.OfflineError, match=f"{hub.endpoint} cannot be reached"):
        open_model()


def test_a_page_in_place_of_an_answer(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Mock(**{"json.side_effect": ValueError("no JSON")})
    monkeypatch.setattr(asking, "ask_hub", lambda _url: page)
    with pytest.raises(errors.HubError) as caught:
        open_model()
    assert caught.value.message == (
        f"{hub.endpoint} answers as no hub does: it names no commit of model 'org/model'"
    )


def test_offline_says_what_is_in_the_cache(hub: LocalHub, fake_model: Path) -> None:
    hub.create("org/other", fake_model)
    commit = open_model()
    with pytest.raises(errors.OfflineError) as caught:
        open_model("org/other", OFFLINE)
    assert caught.value.message.endswith("; of it the cache holds nothing; in all 'org/model'")
    assert caught.value.cached == ("org/model",)
    with pytest.raises(errors.OfflineError) as caught:
        open_model("org/model@v9", OFFLINE)
    assert f"; of it the cache holds commit {commit[:8]}; in all" in caught.value.message


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that takes no more connections: the next waits, as where packets are lost."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.settimeout(0)
            client.connect_ex(("127.0.0.1", port))
        yield port
        for client in waiting:
            client.close()


@pytest.mark.usefixtures("local_hub")
def test_a_network_that_loses_everything(deaf_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{deaf_port}")
    begin = time.monotonic()
    with pytest.raises(errors.OfflineError, match="cannot be reached"):
        open_model()
    assert time.monotonic() - begin < 2


def examples() -> hfkit.Labelled:
    table = hfkit.Table.from_records([{"text": "good", "label": "a"}, {"text": "bad", "label": "b"}] * 8)
    return hfkit.Labelled(train=table, validation=table)


OPENING: dict[str, Callable[[], object]] = {
    "Answer": lambda: hfkit.Answer("org/model").load(),
    "Classify": lambda: hfkit.Classify("org/model").load(),
    "Evaluate": lambda: hfkit.Evaluate("org/model", split="validation")(examples()),
    "Generate": lambda: hfkit.Generate("org/model").load(),
    "Quantize": lambda: hfkit.Quantize("org/model").plan(),
    "Summarize": lambda: hfkit.Summarize("org/model").load(),
    "Table": lambda: hfkit.Table.load("org/reviews"),
    "Tokenize": lambda: hfkit.Tokenize("org/model").load(),
    "Translate": lambda: hfkit.Translate("org/model", source="en", target="de").load(),
    "Tune": lambda: hfkit.Tune("org/model").plan(examples()),
}


@pytest.mark.usefixtures("local_hub")
@pytest.mark.parametrize("verb", OPENING)
def test_every_verb_asks_once_before_it_is_offline(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One question takes a second at most where nobody answers; so two seconds are enough for any verb."""
    asked = []

    def ask(url: str, **_: object) -> object:
        asked.append(url)
        raise UnreachableError("no connection within a second")

    monkeypatch.setattr(asking, "ask_hub", ask)
    with pytest.raises(errors.OfflineError, match="cannot be reached"):
        OPENING[verb]()
    assert len(asked) == 1


BEFORE_THE_HUB = """
import sys
import hfkit


def is_offline(verb, opens, *heavy):
    try:
        opens()
    except hfkit.errors.OfflineError:
        assert not {"torch", "transformers", "peft", "onnxruntime", *heavy} & sys.modules.keys(), verb
    else:
        raise AssertionError(verb)


for verb in ("Answer", "Classify", "Embed", "Generate", "Summarize", "Tag", "Tokenize", "Translate"):
    is_offline(verb, getattr(hfkit, verb)("org/model").load, "datasets")
is_offline("Quantize", hfkit.Quantize("org/model").plan, "datasets")
is_offline("Publish", lambda: hfkit.Publish("org/model").plan("."), "datasets")
table = hfkit.Table.from_records([{"text": "good", "label": "a"}])
data = hfkit.Labelled(train=table, test=table)
is_offline("Evaluate", lambda: hfkit.Evaluate("org/model")(data))
is_offline("Tune.plan", lambda: hfkit.Tune("org/model").plan(data))
is_offline("Tune", lambda: hfkit.Tune("org/model")(data, "never"))
"""


def test_no_verb_imports_what_takes_seconds_before_it_knows_that_there_is_no_hub(tmp_path: Path) -> None:
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", BEFORE_THE_HUB],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_token_that_cannot_be_renewed_holds_nobody_up(
    hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()

    def renew(_: object) -> None:
        let_go.wait(30)

    monkeypatch.setattr(asking, "_CONNECT_SECONDS", 0.2)
    monkeypatch.setattr("huggingface_hub.utils.get_token_to_send", renew)
    with pytest.raises(errors.OfflineError, match="no connection within a second"):
        open_model()
    let_go.set()
    assert hub.endpoint


@pytest.mark.usefixtures("local_hub")
def test_a_name_that_is_looked_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """No client can limit the lookup of a host's name."""
    let_go = threading.Event()
    asked = socket.getaddrinfo

    def stuck(host: str, *arguments: object, **more: object) -> object:
        if host == "hub.example":
            let_go.wait(30)
        return asked("127.0.0.1", *arguments, **more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://hub.example:9")
    begin = time.monotonic()
    with pytest.raises(errors.OfflineError, match="no connection within a second"):
        open_model()
    assert time.monotonic() - begin < 2
    let_go.set()


def test_a_slow_answer_is_waited_for(hub: LocalHub) -> None:
    hub.slow("info", seconds=1.2)
    assert open_model() == hub.repository("org/model").branches["main"]


def test_a_client_that_tells_nothing_of_its_connections_may_take_its_time(
    hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Client:
        """As a program's own client may be: without traces."""

        def get(self, url: str, *, extensions: object, **more: Any) -> object:
            assert extensions
            assert not threading.Event().wait(0.3)
            return asked(url, **more)

    asked = get_session().get
    monkeypatch.setattr(asking, "_CONNECT_SECONDS", 0.1)
    monkeypatch.setattr("huggingface_hub.utils.get_session", Client)
    assert asking.ask_commit("model", "org/model", None) == hub.repository("org/model").branches["main"]


def test_an_answer_that_does_not_come(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_ANSWER_SECONDS", 0.2)
    hub.slow(RequestMatch("GET", "/api/models/*"), seconds=1)
    with pytest.raises(errors.OfflineError, match="cannot be reached"):
        open_model()


def test_a_mirror_is_named_in_the_environment(fake_model: Path) -> None:
    with LocalHub() as mirror:
        commit = mirror.create("org/model", fake_model).branches["main"]
        code = "import hfkit; print(hfkit.Tokenize('org/model')('a film').source.revision)"
        environment = os.environ | mirror.environment() | {"HF_HUB_DISABLE_TELEMETRY": "0"}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == commit
        # huggingface_hub alone would first ask for a list of agents, for three seconds where nobody answers.
        assert mirror.requests[0].path == "/api/models/org/model"
