"""What is tried again, how long is waited, and what is told in the end."""

from __future__ import annotations

import httpx2
import pytest
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from hfkit.errors import (
    AccessError,
    GatedRepositoryError,
    HubError,
    OfflineError,
    RateLimitError,
    TokenError,
)
from hfkit.jobs.publishing.asking import Asking
from hfkit.values.publish_settings import PublishSettings

SETTINGS = PublishSettings("me/model", endpoint="http://hub", attempts=4)


def refusal(
    status: int, kind: type[HfHubHTTPError] = HfHubHTTPError, said: str = "no", after: str = ""
) -> HfHubHTTPError:
    request = httpx2.Request("POST", "http://hub/api")
    headers = {"Retry-After": after} if after else {}
    return kind(
        "refused", response=httpx2.Response(status, headers=headers, request=request), server_message=said
    )


class Hub:
    """Fails in turn, then answers; remembers what was waited."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.waited, self.asked = list(failures), list[float](), 0

    def __call__(self) -> str:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"

    def ask(self) -> str:
        return Asking(SETTINGS, sleep=self.waited.append)(self)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(status: int) -> None:
    hub = Hub(refusal(status), refusal(status), refusal(status))
    assert hub.ask() == "answer"
    assert hub.waited == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    "failure",
    [
        httpx2.ReadTimeout("late"),
        httpx2.RemoteProtocolError("cut"),
        ConnectionResetError(),
        ConnectionError(),
    ],
)
def test_a_connection_that_breaks_is_tried_again(failure: Exception) -> None:
    assert Hub(failure).ask() == "answer"
    for wrapping in (RuntimeError("Error while uploading 'a' to the Hub."), LocalEntryNotFoundError("a")):
        wrapping.__cause__ = failure
        assert Hub(wrapping).ask() == "answer"


def test_the_hub_says_how_long_to_wait() -> None:
    hub = Hub(refusal(429, after="7"), refusal(429, after="soon"))
    assert hub.ask() == "answer"
    assert hub.waited == [7.0, 1.0]
    hub = Hub(refusal(503, after="86400"))
    assert hub.ask() == "answer"
    assert hub.waited == [300.0]


def test_there_is_an_end_to_it() -> None:
    hub = Hub(*(refusal(503, said="down for\nrepairs") for _ in range(9)))
    with pytest.raises(HubError) as caught:
        hub.ask()
    assert hub.asked == 4
    assert caught.value.message == "the hub refused model 'me/model' with status 503: down for repairs"
    hub = Hub(*(httpx2.ConnectError("refused") for _ in range(9)))
    with pytest.raises(OfflineError) as offline:
        hub.ask()
    assert offline.value.message == "http://hub does not answer: ConnectError"


def test_what_the_client_tries_again_is_not_tried_again_around_it() -> None:
    hub = Hub(refusal(503))
    with pytest.raises(HubError):
        Asking(SETTINGS, sleep=hub.waited.append).once(hub)
    assert (hub.asked, hub.waited) == (1, [])


@pytest.mark.parametrize(
    ("refused", "kind", "hint"),
    [
        (refusal(401), TokenError, "log in with"),
        (refusal(403), AccessError, "a token that may write"),
        (refusal(403, GatedRepoError), GatedRepositoryError, "ask for access on http://hub/me/model"),
        (refusal(404), HubError, "check the spelling"),
        (refusal(429, after="6.5"), RateLimitError, "the hub counts requests"),
        (refusal(400), HubError, "read what the hub says"),
    ],
)
def test_each_refusal_has_its_error_and_its_cure(
    refused: HfHubHTTPError, kind: type[HubError], hint: str
) -> None:
    hub = Hub(*[refused] * 9)
    with pytest.raises(kind) as caught:
        hub.ask()
    assert type(caught.value) is kind
    assert hint in caught.value.hint
    limited = isinstance(caught.value, RateLimitError)
    assert hub.asked == (4 if limited else 1)
    assert not limited or caught.value.retry_after == 7  # type: ignore[attr-defined]


def test_a_token_that_cannot_be_sent_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secr\u00e9t")
    with pytest.raises(TokenError, match="the token cannot be sent") as caught:
        Asking(SETTINGS)
    assert "secr" not in str(caught.value)


def test_an_address_is_shown_without_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://me:pass@hub")
    asking = Asking(SETTINGS.__class__("me/model", attempts=1))
    with pytest.raises(OfflineError, match="http://hub does not answer"):
        asking(Hub(httpx2.ConnectError("refused")))


def test_what_is_no_failure_of_the_hub_is_not_touched() -> None:
    for failure in (ValueError("mine"), RuntimeError("mine"), KeyboardInterrupt()):
        with pytest.raises(type(failure)):
            Hub(failure).ask()  # type: ignore[arg-type]
    hub = Hub(OfflineModeIsEnabled("HF_HUB_OFFLINE"))
    with pytest.raises(OfflineError, match="HF_HUB_OFFLINE is set"):
        hub.ask()
    assert hub.asked == 1, "what is switched off does not come back by waiting"


def test_what_the_hub_says_does_not_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "of-another-form")
    with pytest.raises(HubError, match=r"bad token \[token\]"):
        Hub(refusal(400, said="bad token of-another-form")).ask()
    with pytest.raises(HubError, match="a reason that holds a secret"):
        Hub(refusal(400, said="bad token hf_" + "aB3" * 12)).ask()
    with pytest.raises(HubError, match="no reason given"):
        Hub(refusal(400, said="")).ask()


def test_what_is_not_there_is_none() -> None:
    asking = Asking(SETTINGS)
    assert asking.find(Hub(refusal(404, RepositoryNotFoundError)), RepositoryNotFoundError) is None
    assert asking.find(Hub(), RepositoryNotFoundError) == "answer"
    with pytest.raises(HubError):
        asking.find(Hub(refusal(403, GatedRepoError)), RepositoryNotFoundError)
