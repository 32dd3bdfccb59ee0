"""Models from a hub: pinned, cached, offline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi, hf_hub_download

import hfkit
from hfkit import errors

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.testing import LocalHub

OFFLINE = hfkit.Runtime(offline=True, backend="fake")


@pytest.fixture
def hub(local_hub: LocalHub, fake_model: Path) -> LocalHub:
    local_hub.create("org/model", fake_model)
    HfApi(endpoint=local_hub.endpoint, token=local_hub.token).create_tag("org/model", tag="v1")
    return local_hub


@pytest.fixture
def commit(hub: LocalHub) -> str:
    return hub.repository("org/model").branches["main"]


@pytest.mark.parametrize("name", ["org/model", "org/model@main", "org/model@v1", "org/model@{}"])
def test_a_repository_opens_at_a_commit(hub: LocalHub, commit: str, name: str, fake: hfkit.Runtime) -> None:
    online = hfkit.Runtime(backend="fake")
    result = hfkit.Classify(name.format(commit), runtime=online)("good")
    assert (result.source.model, result.source.revision) == ("org/model", commit)
    hub.forget_requests()
    again = hfkit.Classify(f"org/model@{commit}", runtime=fake)("good")
    assert again == result
    assert hub.requests == ()  # what is pinned and cached is never asked for again


def test_no_pickle_is_fetched(hub: LocalHub) -> None:
    hub.commit("org/model", {"pytorch_model.bin": b"\x80\x04N."})
    hfkit.Classify("org/model", runtime=hfkit.Runtime(backend="fake"))("good")
    assert not [request for request in hub.requests if request.path.endswith(".bin")]


@pytest.mark.usefixtures("hub")
def test_an_unknown_repository_is_not_found() -> None:
    with pytest.raises(errors.ModelNotFoundError) as caught:
        hfkit.Classify("org/other")("good")
    assert caught.value.message == (
        "'org/other' is no folder on this machine, and the hub has no model of that name that you may see"
    )


@pytest.mark.usefixtures("hub")
def test_an_unknown_revision_is_not_found() -> None:
    with pytest.raises(errors.UnknownRevisionError) as caught:
        hfkit.Classify("org/model@v9")("good")
    assert caught.value.message == "model 'org/model' has no revision 'v9'"


@pytest.mark.usefixtures("hub")
def test_without_network_the_cache_must_do(monkeypatch: pytest.MonkeyPatch) -> None:
    online = hfkit.Runtime(backend="fake")
    first = hfkit.Classify("org/model", runtime=online)("good")
    monkeypatch.setattr(
        huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9"
    )  # the discard port: nobody answers
    assert hfkit.Classify("org/model", runtime=online)("good") == first
    assert hfkit.Classify("org/model", runtime=OFFLINE)("good") == first


@pytest.mark.usefixtures("local_hub")
def test_without_network_and_cache_it_is_offline_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    begin = time.monotonic()
    with pytest.raises(errors.OfflineError) as caught:
        hfkit.Classify("org/model")("good")
    assert time.monotonic() - begin < 5  # a second, with room for a busy machine; without the probe 23 to 50
    assert "http://127.0.0.1:9 cannot be reached" in caught.value.message
    assert "'org/model' is no folder here, not in the cache" in caught.value.message


def test_offline_says_who_turned_the_network_off(local_hub: LocalHub) -> None:
    with pytest.raises(
        errors.OfflineError, match=r"the network is off \(Runtime\(offline=True\) or HF_HUB_OFFLINE\)"
    ):
        hfkit.Classify("org/model", runtime=OFFLINE)("good")
    assert local_hub.requests == ()


@pytest.mark.parametrize("opens", [hfkit.Classify, hfkit.Tokenize])
def test_a_commit_of_which_others_fetched_a_part_is_completed(
    hub: LocalHub, commit: str, fake: hfkit.Runtime, opens: type[hfkit.Classify | hfkit.Tokenize]
) -> None:
    """As ``AutoModelForSequenceClassification.from_pretrained`` alone does: it takes no tokenizer."""
    for name in ("config.json", "model.safetensors"):
        hf_hub_download("org/model", name, revision=commit)
    verb = opens(f"org/model@{commit}", runtime=hfkit.Runtime(backend="fake"))
    assert verb("good").source.revision == commit
    hub.forget_requests()
    assert opens(f"org/model@{commit}", runtime=fake)("good").source.revision == commit
    assert hub.requests == ()


def test_a_commit_that_others_fetched_opens_though_the_repository_is_gone(hub: LocalHub, commit: str) -> None:
    for name in hub.repository("org/model").files():
        hf_hub_download("org/model", name, revision=commit)
    HfApi(endpoint=hub.endpoint, token=hub.token).delete_repo("org/model")
    online = hfkit.Runtime(backend="fake")
    assert hfkit.Classify(f"org/model@{commit}", runtime=online)("good").source.revision == commit
    with pytest.raises(errors.PrivateRepositoryError, match="it is private now, or gone"):
        hfkit.Classify("org/model", runtime=online)("good")


def test_a_tokenizer_is_fetched_without_the_weights(
    hub: LocalHub, commit: str, fake: hfkit.Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "own"))
    tokens = hfkit.Tokenize(f"org/model@{commit}")("a film")
    assert (tokens.source.model, tokens.source.revision) == ("org/model", commit)
    assert tokens.tokens == ("[CLS]", "a", "film", "[SEP]")
    assert not [request for request in hub.requests if request.path.endswith(".safetensors")]
    hub.forget_requests()
    assert hfkit.Tokenize(f"org/model@{commit}", runtime=hfkit.Runtime(offline=True))("a film") == tokens
    assert hub.requests == ()
    online = hfkit.Runtime(backend="fake")
    result = hfkit.Classify(f"org/model@{commit}", runtime=online)("good")  # the weights are fetched now
    assert result.source.tokenizer == tokens.source.tokenizer
    hub.forget_requests()
    assert hfkit.Classify(f"org/model@{commit}", runtime=fake)("good") == result
    assert hub.requests == ()
