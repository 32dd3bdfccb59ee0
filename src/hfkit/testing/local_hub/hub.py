"""The hub as a test holds it."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, get_args

from hfkit.errors import DataNotFoundError, SessionClosedError, SettingError
from hfkit.values.constraints import require_choice

from .faults import CutAnswer, DropConnection, FailWith, FaultPlan, Overtake, RequestMatch, Wait
from .here import using_environment
from .history import PutFile
from .hub_files import HubFile, upload_mode
from .refusal import HubRefusedError
from .repositories import HubRepository
from .server import HubServer
from .signing_in import HubLogins, LoginOutcome
from .state import HubState
from .visitors import HubTokens

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from .repositories import RepositoryKind
    from .server import HubRequest
    from .steps import HubStep

__all__ = ["LocalHub"]


class LocalHub:
    """A hub on this machine that speaks what huggingface_hub asks.

    A real HTTP server on loopback. It keeps models, datasets and Spaces in memory, with their commits, branches, tags
    and pull requests, checks tokens and the hashes of what is uploaded, and goes wrong where it is told to.

    >>> from huggingface_hub import HfApi
    >>> with LocalHub() as hub:
    ...     api = HfApi(endpoint=hub.endpoint, token=hub.token)
    ...     _ = api.create_repo("org/notes")
    ...     _ = api.upload_file(path_or_fileobj=b"hello", path_in_repo="a.txt", repo_id="org/notes")
    ...     hub.repository("org/notes").files()["a.txt"]
    b'hello'

    It does not speak Xet, the protocol of the package hf_xet. While it is open, ``HF_HUB_DISABLE_XET`` is set in
    huggingface_hub, for the whole process.
    """

    def __init__(self, *, page: int = 1000) -> None:
        """Make a hub; it serves from ``with`` on.

        Args:
            page: how many entries of a list go into one answer; clients then ask for the next page.

        Raises:
            SettingError: ``page`` is less than one.
        """
        if page < 1:
            raise SettingError(f"page={page} must be 1 or more", hint="leave it out for the hub's own 1000")
        self._tokens = HubTokens()
        self._state = HubState(page=page, logins=HubLogins(self._tokens.writer))
        self._faults = FaultPlan()
        self._server: HubServer | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._xet_was_disabled = False

    def __enter__(self) -> Self:
        from huggingface_hub import constants

        self._home = tempfile.TemporaryDirectory(prefix="hfkit-hub-", ignore_cleanup_errors=True)
        self._server = HubServer(self._state, self._tokens, self._faults)
        self._xet_was_disabled = constants.HF_HUB_DISABLE_XET
        constants.HF_HUB_DISABLE_XET = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        from huggingface_hub import constants

        constants.HF_HUB_DISABLE_XET = self._xet_was_disabled
        if self._server is not None and self._home is not None:
            self._server.close()
            self._home.cleanup()
        self._server = None

    @property
    def endpoint(self) -> str:
        """Where it serves: what ``HfApi(endpoint=)`` and ``HF_ENDPOINT`` want.

        Raises:
            SessionClosedError: the hub is not open.
        """
        self._opened()
        return self._state.endpoint

    @property
    def token(self) -> str:
        """The token of a user who may write everywhere."""
        return self._tokens.writer

    @property
    def read_token(self) -> str:
        """The token of the same user that reads everything and writes nothing."""
        return self._tokens.reader

    @property
    def stranger_token(self) -> str:
        """The token of another user: private repositories are not there, gated ones closed."""
        return self._tokens.stranger

    @property
    def home(self) -> Path:
        """The folder of :meth:`environment`'s caches; it goes when the hub closes.

        Raises:
            SessionClosedError: the hub is not open.
        """
        self._opened()
        return Path(self._home.name if self._home is not None else "")

    def environment(self) -> dict[str, str]:
        """Give what a process of its own needs in its environment to use this hub and no other.

        huggingface_hub reads the environment when it is imported, so set it for a process that starts afterwards:
        ``subprocess.run(command, env=os.environ | hub.environment())``.

        Raises:
            SessionClosedError: the hub is not open.
        """
        return {
            "HF_ENDPOINT": self.endpoint,
            "HF_TOKEN": self.token,
            "HF_HOME": str(self.home),
            "HF_HUB_CACHE": str(self.home / "hub"),
            "HF_DATASETS_CACHE": str(self.home / "datasets"),
            "HFKIT_CACHE": str(self.home / "hfkit"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_OFFLINE": "0",
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",  # datasets would ask a storage server elsewhere
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    @contextmanager
    def here(self) -> Iterator[None]:
        """Let this process use this hub and no other while the block runs, with empty caches and the writer's token.

        Libraries read the environment when they are imported; so what they have read is set, and put back in the end.
        Threads that ask another hub meanwhile ask this one.

        Raises:
            SessionClosedError: the hub is not open.

        >>> import hfkit
        >>> with LocalHub() as hub, hub.here():
        ...     hfkit.Classify("org/model").load()
        Traceback (most recent call last):
        hfkit.errors.ModelNotFoundError: 'org/model' is no folder on this machine, and the hub has no model of ...
        """
        with using_environment(self.environment()):
            yield

    @property
    def requests(self) -> tuple[HubRequest, ...]:
        """Every request that came so far, in the order in which it was answered.

        Raises:
            SessionClosedError: the hub is not open.
        """
        return tuple(self._opened().requests)

    def forget_requests(self) -> None:
        """Begin the list of requests anew.

        Raises:
            SessionClosedError: the hub is not open.
        """
        self._opened().requests.clear()

    def repository(self, name: str, *, kind: RepositoryKind = "model") -> HubRepository:
        """Give a repository as it is now.

        Raises:
            DataNotFoundError: there is none.
        """
        try:
            return self._state.get(kind, name)
        except HubRefusedError:
            names = ", ".join(repr(one.name) for one in self._state.all() if one.kind == kind) or "none"
            raise DataNotFoundError(
                f"the hub has no {kind} {name!r}; there are {names}", hint="create it, or check its kind"
            ) from None

    def create(
        self,
        name: str,
        files: Mapping[str, bytes] | str | os.PathLike[str] | None = None,
        *,
        kind: RepositoryKind = "model",
        private: bool = False,
        gated: bool = False,
    ) -> HubRepository:
        """Make a repository at once, without a request.

        Args:
            name: ``"organization/name"``.
            files: the bytes of each file by its path, or a folder of them.
            kind: ``"model"``, ``"dataset"`` or ``"space"``.
            private: strangers are told that it is not there.
            gated: strangers may see but not read its files.

        Raises:
            SettingError: the name is taken, or a file's path is none.
        """
        date = self._state.now()
        made = HubRepository.new(name, kind=kind, private=private, gated=gated, author="tester", date=date)
        try:
            self._state.add(made)
        except HubRefusedError as error:
            raise SettingError(error.message, hint="give it another name") from None
        return self.commit(name, files, kind=kind) if files is not None else made

    def commit(
        self,
        name: str,
        files: Mapping[str, bytes] | str | os.PathLike[str],
        *,
        kind: RepositoryKind = "model",
        revision: str = "main",
        title: str = "Add files",
    ) -> HubRepository:
        """Commit files at once, without a request, as somebody else would meanwhile.

        Args:
            name: ``"organization/name"``.
            files: the bytes of each file by its path, or a folder of them.
            kind: ``"model"``, ``"dataset"`` or ``"space"``.
            revision: the branch, or ``"refs/pr/1"``.
            title: the first line of the message.

        Raises:
            DataNotFoundError: there is no such repository.
            SettingError: there is no such branch, or a file's path is none.
        """
        contents = (
            files if not isinstance(files, (str, Path)) and hasattr(files, "items") else _read_folder(files)
        )

        def step(now: HubRepository) -> HubRepository:
            there = now.commit(revision).files
            changes = []
            for path, content in contents.items():
                lfs = upload_mode(path, len(content), there) == "lfs"
                now = now.with_object(content) if lfs else now
                changes.append(PutFile(path, HubFile.of(content, lfs=lfs)))
            return now.with_commit(
                changes, revision=revision, title=title, author="tester", date=self._state.now()
            )

        try:
            return self._state.change(self.repository(name, kind=kind), step)
        except HubRefusedError as error:
            raise SettingError(error.message, hint="check the revision and the paths") from None

    def decide_logins(self, *outcomes: LoginOutcome) -> None:
        """Say what comes of logins with a browser: each outcome answers one question of a client for its token.

        Who is told to ``"wait"`` or to ``"slow_down"`` asks again, the latter not within five seconds. Without an
        outcome that is left, a client is let in, with :attr:`token`.

        Raises:
            SettingError: an outcome is none.
        """
        for outcome in outcomes:
            require_choice("outcome", outcome, get_args(LoginOutcome))
        self._state.logins.plan(outcomes)

    def fail(
        self,
        where: HubStep | RequestMatch,
        *,
        status: int = 503,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next requests with a status of failure, and do nothing of what they ask.

        Args:
            where: the requests: a step as :attr:`requests` names it, or a match of method and path.
            status: 503, 429, 500 and so on.
            retry_after: after how many seconds to try again, as the answer says.
            times: how many requests.

        Raises:
            SettingError: there is no such step, or ``times`` is less than one.
        """
        self._faults.add(FailWith(status, retry_after), where, times)

    def drop(self, where: HubStep | RequestMatch, *, times: int = 1) -> None:
        """Close the connection of the next requests without an answer, and do nothing of what they ask.

        Args:
            where: the requests: a step as :attr:`requests` names it, or a match of method and path.
            times: how many requests.

        Raises:
            SettingError: there is no such step, or ``times`` is less than one.
        """
        self._faults.add(DropConnection(), where, times)

    def cut(self, where: HubStep | RequestMatch, *, after: int = 0, times: int = 1) -> None:
        """Do what the next requests ask, but close their connections midway through the answer.

        Args:
            where: the requests: a step as :attr:`requests` names it, or a match of method and path.
            after: how many bytes of the answer's body arrive.
            times: how many requests.

        Raises:
            SettingError: there is no such step, or ``times`` is less than one.
        """
        self._faults.add(CutAnswer(after), where, times)

    def slow(self, where: HubStep | RequestMatch, *, seconds: float, times: int = 1) -> None:
        """Answer the next requests late.

        Args:
            where: the requests: a step as :attr:`requests` names it, or a match of method and path.
            seconds: how late.
            times: how many requests.

        Raises:
            SettingError: there is no such step, or ``times`` is less than one.
        """
        self._faults.add(Wait(seconds), where, times)

    def overtake(self, where: HubStep | RequestMatch = "commit", *, times: int = 1) -> None:
        """Let somebody else commit a file ``OVERTAKEN.md`` just before the next requests are answered.

        Args:
            where: the requests: a step as :attr:`requests` names it, or a match of method and path.
            times: how many requests.

        Raises:
            SettingError: there is no such step, or ``times`` is less than one.
        """
        self._faults.add(Overtake(), where, times)

    @property
    def faults_to_come(self) -> int:
        """How many of the planned faults have not happened yet."""
        return self._faults.waiting

    def _opened(self) -> HubServer:
        if self._server is None:
            raise SessionClosedError("the hub is not open", hint="use it inside `with LocalHub() as hub:`")
        return self._server


def _read_folder(folder: str | os.PathLike[str]) -> dict[str, bytes]:
    root = Path(folder)
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }
