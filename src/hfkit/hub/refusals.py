"""What the hub refuses, and what does not reach it, as hfkit's errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hfkit.errors import (
    AccessError,
    DataNotFoundError,
    GatedRepositoryError,
    HfkitError,
    HubError,
    ModelNotFoundError,
    PrivateRepositoryError,
    RateLimitError,
    SettingError,
    TokenError,
    UnknownRevisionError,
)

from .inventory import cached_commits
from .secrets import shown_endpoint, without_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huggingface_hub.errors import HfHubHTTPError

    from .asking import HubKind

__all__ = ["UnreachableError", "hub_errors", "require_name"]

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _OWN_FAULT = 401, 403, 429, 500


class UnreachableError(Exception):
    """The hub did not answer; the text says how one knows."""


def require_name(kind: HubKind, name: str) -> None:
    """Refuse a name that no repository can have.

    Raises:
        SettingError: it is one.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise SettingError(
            f"{kind} {name!r} is {_nothing_here(kind)} and no name that the hub allows: {error}",
            hint="check the spelling of the path or of the repository",
        ) from error


@contextmanager
def hub_errors(kind: HubKind, name: str, revision: str | None) -> Iterator[None]:
    """Turn what huggingface_hub raises into hfkit's errors.

    Raises:
        UnreachableError: the hub did not answer.
        HfkitError: it refused; a subclass says why.
    """
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        GatedRepoError,
        HfHubHTTPError,
        HTTPError,  # the one name for httpx and httpx2 alike
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:  # before RepositoryNotFoundError, which it is too
        raise _gated(kind, name) from error
    except RevisionNotFoundError as error:
        raise UnknownRevisionError(
            f"{kind} {name!r} has no revision {revision!r}", hint="name a branch, a tag or a full commit hash"
        ) from error
    except RepositoryNotFoundError as error:
        raise _hidden(kind, name) from error
    except HfHubHTTPError as error:
        raise _refused(kind, name, error) from error
    except LocalEntryNotFoundError as error:  # huggingface_hub looked into its cache once the hub had failed
        if isinstance(error.__cause__, HfHubHTTPError):
            raise _refused(kind, name, error.__cause__) from error
        raise UnreachableError(type(error.__cause__ or error).__name__) from error
    except (HTTPError, ConnectionError) as error:  # no answer at all
        raise UnreachableError(type(error).__name__) from error


def _refused(kind: HubKind, name: str, error: HfHubHTTPError) -> HfkitError | UnreachableError:
    from huggingface_hub import get_token

    status = error.response.status_code
    if status >= _OWN_FAULT:  # a hub that is out of order is as good as none
        return UnreachableError(f"HTTP status {status}")
    if status == _UNAUTHORIZED and not get_token():  # huggingface_hub reads this from hubs with https alone
        return _hidden(kind, name)
    said = without_token(error.server_message or "no reason given")
    if status == _UNAUTHORIZED:
        return TokenError(
            f"the hub does not know the token that {kind} {name!r} was asked for with: {said}",
            hint="log in again with hfkit.login(); HF_TOKEN in the environment comes before what login saved",
        )
    if status == _FORBIDDEN:
        return AccessError(
            f"the hub does not let you read {kind} {name!r}: {said}",
            hint="use a token that may: hfkit.login(), or give yours the permission in the hub's settings",
        )
    if status == _TOO_MANY:
        return _too_many(kind, name, error)
    return HubError(
        f"the hub refused {kind} {name!r}: {said} (HTTP status {status})",
        hint="check HF_ENDPOINT: a hub answers there otherwise",
    )


def _too_many(kind: HubKind, name: str, error: HfHubHTTPError) -> RateLimitError:
    from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

    headers = error.response.headers
    limits, after = parse_ratelimit_headers(headers), headers.get("retry-after", "")
    seconds = int(after) if after.isdecimal() else limits.reset_in_seconds if limits else None
    when = f"in {seconds} seconds" if seconds else "in some minutes"
    limited = RateLimitError(
        f"the hub refused {kind} {name!r}: too many requests",
        hint=f"try again {when}; who is logged in may ask more often, a pinned commit in the cache needs no request",
    )
    limited.retry_after = seconds
    return limited


def _gated(kind: HubKind, name: str) -> GatedRepositoryError:
    from huggingface_hub import get_token

    place = f"{shown_endpoint()}/{'' if kind == 'model' else f'{kind}s/'}{name}"
    first = "" if get_token() else "log in with hfkit.login(), then "
    return GatedRepositoryError(
        f"{kind} {name!r} is gated, and its owner has not let you in",
        hint=f"{first}ask for access on {place}",
    )


def _hidden(kind: HubKind, name: str) -> HfkitError:
    """Make the error for what the hub says is not there: it says the same of what is private."""
    from huggingface_hub import get_token

    cure = (
        "if it is private, the token's owner must be let in"
        if get_token()
        else "if it is private, log in with hfkit.login()"
    )
    if known := cached_commits(kind, name):
        return PrivateRepositoryError(
            f"the hub does not show {kind} {name!r} to you, though it once did: it is private now, or gone",
            hint=f"{cure}; what is in the cache opens by its commit: '{name}@{known[0]}'",
        )
    not_found = ModelNotFoundError if kind == "model" else DataNotFoundError
    return not_found(
        f"{name!r} is {_nothing_here(kind)}, and the hub has no {kind} of that name that you may see",
        hint=f"check the spelling; {cure}",
    )


def _nothing_here(kind: HubKind) -> str:
    return "no folder on this machine" if kind == "model" else "no file here"
