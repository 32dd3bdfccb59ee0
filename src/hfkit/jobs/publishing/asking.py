"""Ask the hub: again where a failure passes, and with hfkit's errors where it does not."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from hfkit.errors import (
    AccessError,
    GatedRepositoryError,
    HubError,
    OfflineError,
    RateLimitError,
    TokenError,
)
from hfkit.hub.asking import ask_hub, network_is_off
from hfkit.hub.bars import hub_bars
from hfkit.hub.refusals import UnreachableError
from hfkit.hub.secrets import require_sendable_token, shown_endpoint, without_token
from hfkit.values.publish_secrets import find_secrets

from .quiet import quiet_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    from hfkit.values.publish_settings import PublishSettings

__all__ = ["Asking"]

Answer = TypeVar("Answer")

_PASSING = frozenset({408, 429, 500, 502, 503, 504})

_FIRST_SECONDS, _MOST_SECONDS = 0.5, 8.0
_MOST_ASKED_SECONDS = 300.0  # longer than that a hub may not make anybody wait


class Asking:
    """Asks the hub on behalf of one publication.

    Args:
        settings: where the hub is, and how often it is asked.
        sleep: waits so many seconds.

    Raises:
        TokenError: the token is one that cannot be sent.
    """

    def __init__(self, settings: PublishSettings, *, sleep: Callable[[float], None] | None = None) -> None:
        from huggingface_hub import HfApi, get_token

        require_sendable_token(get_token())
        self.api: HfApi = HfApi(endpoint=settings.endpoint and settings.endpoint.rstrip("/"))
        self._settings = settings
        self._sleep = sleep or time.sleep

    def require_hub(self) -> None:
        """Make sure that there is a hub, briefly: who tries again and again would take long to say that there is none.

        Raises:
            OfflineError: there is no connection to it, or HF_HUB_OFFLINE is set.
        """
        from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of httpx and httpx2 alike

        if network_is_off():  # said before gigabytes are hashed
            raise _switched_off(self.api.endpoint)
        try:
            ask_hub(f"{self.api.endpoint}/api/{self._settings.kind}s/{self._settings.repository}")
        except UnreachableError as error:
            raise OfflineError(
                f"{shown_endpoint(self.api.endpoint)} does not answer: {error}",
                hint="connect, or set HF_ENDPOINT to a mirror",
            ) from None
        except (HTTPError, ConnectionError):  # there is one; what fails in passing is tried again
            pass

    def __call__(self, request: Callable[[], Answer], /) -> Answer:
        """Make a request, again where it failed in passing; what it does must do no harm twice.

        Raises:
            OfflineError: the hub does not answer.
            HubError: it refuses.
        """
        return self._ask(request, self._settings.attempts)

    def once(self, request: Callable[[], Answer], /) -> Answer:
        """Make a request that the client makes again by itself: two who try again multiply the waiting.

        Raises:
            OfflineError: the hub does not answer.
            HubError: it refuses.
        """
        return self._ask(request, 1)

    def _ask(self, request: Callable[[], Answer], attempts: int) -> Answer:
        for attempt in range(1, attempts + 1):
            try:
                # For each request anew: who opens a model in between sets the bars as they were.
                with quiet_client(), hub_bars(self._settings.runtime.progress):
                    return request()
            except Exception as error:
                cause = _hub_failure(error)
                if cause is None:
                    raise
                if attempt == attempts or not _passes(cause):
                    raise _translated(cause, self._settings, self.api.endpoint) from None
                self._sleep(_wait(cause, attempt))
        raise AssertionError  # the last attempt returns or raises

    def find(self, request: Callable[[], Answer], absent: type[Exception]) -> Answer | None:
        """Make a request for something that may not be there; None where it is not.

        Raises:
            OfflineError: the hub does not answer.
            HubError: it refuses.
        """

        def tried() -> Answer | None:
            try:
                return request()
            except absent as error:
                if not _absent(error, absent):
                    raise
                return None

        return self(tried)


def _absent(error: Exception, kind: type[Exception]) -> bool:
    """Say whether something is not there; a closed repository is, though its error is of that kind."""
    from huggingface_hub.errors import GatedRepoError

    return isinstance(error, kind) and not isinstance(error, GatedRepoError)


def _hub_failure(error: BaseException | None) -> Exception | None:
    """Find what the hub or the network did; uploads and downloads wrap it, and what it says of a card."""
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HTTPError,  # the one name for httpx and httpx2 alike
        LocalEntryNotFoundError,
    )

    if isinstance(error, HTTPError | ConnectionError):
        return error
    wraps = isinstance(error, RuntimeError | ValueError | LocalEntryNotFoundError)
    return _hub_failure(error.__cause__) if wraps and error is not None else None


def _status(error: Exception) -> int | None:
    from huggingface_hub.errors import HfHubHTTPError

    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def _passes(error: Exception) -> bool:
    """Say whether it may be otherwise in a moment."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    status = _status(error)
    return status in _PASSING if status is not None else not isinstance(error, OfflineModeIsEnabled)


def _wait(error: Exception, attempt: int) -> float:
    """Give the seconds to wait: what the hub asks for, else twice as long each time."""
    asked = _asked(error)
    if asked is not None:
        return min(asked, _MOST_ASKED_SECONDS)
    return float(min(_FIRST_SECONDS * 2 ** (attempt - 1), _MOST_SECONDS))


def _asked(error: Exception) -> float | None:
    """Give the seconds that the hub asks to be left alone; None if it does not."""
    from huggingface_hub.errors import HfHubHTTPError

    if isinstance(error, HfHubHTTPError):
        with suppress(KeyError, ValueError):
            return max(0.0, float(error.response.headers["Retry-After"]))
    return None


def _translated(error: Exception, settings: PublishSettings, endpoint: str) -> HubError:
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return _switched_off(endpoint)
    if not isinstance(error, HfHubHTTPError):
        return OfflineError(
            f"{shown_endpoint(endpoint)} does not answer: {type(error).__name__}",
            hint="call it again: what has arrived is not sent twice",
        )
    status, kind = error.response.status_code, HubError
    match status:
        case 401:
            kind = TokenError
            hint = "log in with `hf auth login`, or set HF_TOKEN, with a token that may write"
        case 403 if isinstance(error, GatedRepoError):
            kind = GatedRepositoryError
            hint = f"ask for access on {shown_endpoint(endpoint)}/{settings.repository}"
        case 403:
            kind = AccessError
            hint = "use a token that may write, and check that you belong to the organization"
        case 404:
            hint = "check the spelling of the repository and its branch"
        case 429:
            kind = RateLimitError
            hint = "the hub counts requests: wait, then call it again; what has arrived is not sent twice"
        case _ if status in _PASSING:
            hint = "call it again later: what has arrived is not sent twice"
        case _:
            hint = "read what the hub says, and try again"
    said = _said(error)
    told = kind(
        f"the hub refused {settings.kind} {settings.repository!r} with status {status}: {said}", hint=hint
    )
    if isinstance(told, RateLimitError):
        told.retry_after = math.ceil(_asked(error) or 0) or None
    return told


def _switched_off(endpoint: str) -> OfflineError:
    return OfflineError(
        f"{shown_endpoint(endpoint)} is not asked: HF_HUB_OFFLINE is set",
        hint="unset it, or publish where there is a network",
    )


def _said(error: HfHubHTTPError) -> str:
    """Give the hub's reason; some repeat what they were sent."""
    said = without_token(" ".join((error.server_message or "no reason given").split()))
    return "a reason that holds a secret" if find_secrets(said) else said
