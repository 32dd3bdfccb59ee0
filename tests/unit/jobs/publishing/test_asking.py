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

from hfkit.errors import HubError, OfflineError
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
    ("status", "hint"),
    [
        (401, "log in with"),
        (403, "a token that may write"),
        (404, "check the spelling"),
        (429, "the hub counts requests"),
        (400, "read what the hub says"),
    ],
)
def test_each_refusal_has_its_cure(status: int, hint: str) -> None:
    hub = Hub(*(refusal(status) for _ in range(9)))
    with pytest.raises(HubError) as caught:
        hub.ask()
    assert hint in caught.value.hint
    assert hub.asked == (4 if status == 429 else 1)


def test_what_is_no_failure_of_the_hub_is_not_touched() -> None:
    for failure in (ValueError("mine"), RuntimeError("mine"), KeyboardInterrupt()):
        with pytest.raises(type(failure)):
            Hub(failure).ask()  # type: ignore[arg-type]
    hub = Hub(OfflineModeIsEnabled("HF_HUB_OFFLINE"))
    with pytest.raises(OfflineError, match="HF_HUB_OFFLINE is set"):
        hub.ask()
    assert hub.asked == 1, "what is switched off does not come back by waiting"


def test_what_the_hub_says_does_not_show_a_secret() -> None:
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
