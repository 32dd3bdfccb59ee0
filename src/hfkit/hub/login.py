"""Log in to the hub and out again, over huggingface_hub's own store of tokens; no token is ever shown."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit._silence import Silence
from hfkit.errors import HfkitError, HubError, OfflineError, RateLimitError, SettingError, TokenError

from .asking import ask_hub, read_answer, require_network
from .refusals import UnreachableError
from .secrets import require_sendable_token, shown_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import ExitStack

__all__ = ["Account", "TokenPlace", "login", "logout", "whoami"]

TokenPlace: TypeAlias = Literal["environment", "store", "elsewhere"]
"""Where a token was found: ``HF_TOKEN``, what login saved, or a notebook's or a build service's own place."""

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = 401, 403, 429


@dataclass(frozen=True, slots=True)
class Account:
    """Whose the token is that the hub is asked with.

    Attributes:
        name: the user's name.
        organizations: those that the user belongs to, sorted.
        role: what the token may, such as ``"read"``, ``"write"`` or ``"fineGrained"``; None if the hub does not say.
        place: where the token was found.
        endpoint: the hub.
    """

    name: str
    organizations: tuple[str, ...]
    role: str | None
    place: TokenPlace
    endpoint: str = field(kw_only=True)

    def to_dict(self) -> dict[str, object]:
        """Give the account as a dict of JSON values."""
        return {
            "name": self.name,
            "organizations": list(self.organizations),
            "role": self.role,
            "place": self.place,
            "endpoint": self.endpoint,
        }


def login(*, token: str | None = None) -> Account:
    """Log in to the hub, and keep the token for later processes.

    Without a token, huggingface_hub shows an address and a code to be opened in a browser, waits, and later refreshes
    what it was given; in a terminal it offers to take a token instead, which is not shown while it is typed.

    Args:
        token: a token of the hub's settings. Better not written in a program: ``os.environ``, a keyring or ``getpass``
            are places for it.

    Returns:
        Whose the token is that holds now. One in the environment (``HF_TOKEN``) comes before what is saved.

    Raises:
        SettingError: the token is empty, or no text.
        TokenError: the hub does not know the token, or nobody allowed this machine in time.
        OfflineError: the hub cannot be reached.
        HubError: it refuses, or the token cannot be saved.
    """
    import huggingface_hub

    if not isinstance(token, str | None):
        raise SettingError("token is no text", hint="leave it out to log in with a browser")
    if token is not None and not token.strip():
        raise SettingError("token is empty", hint="leave it out to log in with a browser")
    require_sendable_token(token)
    with _token_errors("log in"):
        ask_hub(huggingface_hub.constants.ENDPOINT)  # briefly, unlike what follows
        huggingface_hub.login(token, skip_if_logged_in=False)
    return whoami()


def logout() -> None:
    """Remove every token that login saved on this machine.

    Raises:
        SettingError: the environment holds a token too, which stays.
        HubError: a token cannot be removed.
    """
    import huggingface_hub

    # It raises where a token holds that is not its own, and where git is missing.
    with _quiet.held(), suppress(OSError):
        huggingface_hub.logout()
    if _place() == "store":
        raise HubError(
            f"the tokens in {huggingface_hub.constants.HF_HOME} cannot be removed",
            hint="check whose files they are",
        )
    if huggingface_hub.get_token():
        raise SettingError(
            "what login saved is removed, and another token holds still, that of the environment",
            hint="take HF_TOKEN and HUGGING_FACE_HUB_TOKEN out of it",
        )


def whoami() -> Account:
    """Ask the hub whose the token is that it is asked with.

    Raises:
        TokenError: there is none, or the hub does not know it.
        OfflineError: the hub cannot be reached.
        HubError: it refuses.
    """
    from huggingface_hub import constants, get_token
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

    if not get_token():
        raise TokenError(
            "there is no token on this machine", hint="log in with hfkit.login(), or set HF_TOKEN"
        )
    with _token_errors("tell whose the token is"):
        answer = ask_hub(f"{constants.ENDPOINT}/api/whoami-v2", token=True)
        hf_raise_for_status(answer)  # type: ignore[arg-type]  # of httpx or httpx2, by huggingface_hub's version
    found = read_answer(answer)
    if "name" not in found:
        raise HubError(
            f"{shown_endpoint()} answers as no hub does: it tells no name",
            hint="check HF_ENDPOINT, or the proxy",
        )
    listed = found.get("orgs")
    organizations = {str(_mapping(one).get("name")) for one in listed} if isinstance(listed, list) else set()
    access = _mapping(_mapping(found.get("auth")).get("accessToken"))
    role = access.get("role")
    return Account(
        str(found["name"]),
        tuple(sorted(organizations)),
        role if isinstance(role, str) else None,
        _place(),
        endpoint=shown_endpoint(),
    )


def _place() -> TokenPlace:
    """Say where huggingface_hub takes the token from, in its own order."""
    from huggingface_hub import constants

    if os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN"):
        return "environment"
    return "store" if Path(constants.HF_TOKEN_PATH).is_file() else "elsewhere"


def _silence(settings: ExitStack) -> None:
    """Leave out what huggingface_hub would log of tokens: their names and places."""
    from huggingface_hub.utils import logging as hub_logging

    logger = hub_logging.get_logger("huggingface_hub")
    settings.callback(logger.setLevel, logger.level)
    logger.setLevel(logging.CRITICAL)


_quiet = Silence(_silence)


@contextmanager
def _token_errors(deed: str) -> Iterator[None]:
    """Turn what huggingface_hub raises around tokens into hfkit's errors, without the words that it was told."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        DeviceCodeError,
        HfHubHTTPError,
        HTTPError,  # the one name for httpx and httpx2 alike
    )

    hub = shown_endpoint()
    try:
        require_network()
        with _quiet.held():
            yield
    except HfkitError:
        raise
    except DeviceCodeError as error:
        if isinstance(error.__cause__, HfHubHTTPError):  # a mirror, say, which has no users
            raise HubError(
                f"{hub} offers no login with a browser (HTTP status {error.__cause__.response.status_code})",
                hint="give a token: hfkit.login(token=...)",
            ) from None
        raise TokenError(
            f"{hub} did not let this machine in: {error}", hint="log in again, and allow it in time"
        ) from None
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status == _TOO_MANY:
            raise RateLimitError(
                f"{hub} was asked too often to {deed}", hint="try again in some minutes"
            ) from None
        if status in (_UNAUTHORIZED, _FORBIDDEN):
            raise TokenError(
                f"{hub} does not know the token",
                hint="make a new one in the hub's settings, and log in with it",
            ) from None
        raise HubError(f"{hub} does not {deed} (HTTP status {status})", hint="try again later") from None
    except ValueError:  # the token of an organization, or one that no header can hold
        raise TokenError(
            "this is no token of a user",
            hint="make one in the hub's settings; those of organizations do not log in",
        ) from None
    except (UnreachableError, HTTPError, ConnectionError) as error:
        how = str(error) if isinstance(error, UnreachableError) else type(error).__name__
        raise OfflineError(
            f"{hub} cannot be reached to {deed} ({how})",
            hint="connect, or set HF_ENDPOINT to a mirror",
        ) from None
    except OSError as error:
        raise HubError(
            f"the token cannot be saved in {constants.HF_HOME} ({type(error).__name__})",
            hint="set HF_HOME to a folder that can be written",
        ) from error


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
