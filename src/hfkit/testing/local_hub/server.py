"""The server: it reads requests, lets the planned faults happen, and writes answers."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from .answering import answer_question
from .exchange import HubAnswer, HubQuestion, answer_json, answer_refusal
from .faults import CutAnswer, DropConnection, FailWith, FaultPlan, Overtake, Wait
from .history import PutFile
from .hub_files import HubFile
from .refusal import HubRefusedError
from .state import MovedError
from .steps import find_step
from .visitors import Visitor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .state import HubState
    from .steps import HubStep
    from .visitors import HubRole, HubTokens

__all__ = ["HubRequest", "HubServer"]


@dataclass(frozen=True, slots=True)
class HubRequest:
    """A request that came, for a test to look at; no token is in it.

    Attributes:
        step: what it asks for, by name; ``"unknown"`` if the hub does not know it.
        method: ``"GET"``, ``"POST"`` and so on.
        path: as it came, still quoted.
        query: what stands behind the path, without signatures.
        role: whose token came with it; None if the token is none of this hub's.
        status: what was answered; None if the connection was closed instead.
    """

    step: HubStep
    method: str
    path: str
    query: Mapping[str, str]
    role: HubRole | None
    status: int | None


class HubServer:
    """A hub's state, served on loopback by threads."""

    def __init__(self, state: HubState, tokens: HubTokens, faults: FaultPlan) -> None:
        self.requests: list[HubRequest] = []
        self._closing = threading.Event()
        self._state, self._tokens, self._faults = state, tokens, faults
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = False  # so that server_close() waits for the answers under way
        port = self._server.server_address[1]
        state.endpoint = f"http://127.0.0.1:{port}"
        state.storage = f"http://localhost:{port}"  # another name: clients keep their tokens from it
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="LocalHub", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, question: HubQuestion) -> tuple[HubAnswer | None, int | None]:
        """Answer a request with the fault that is planned for it.

        Returns:
            The answer, None to close the connection without one; and after how many bytes of it to close the
            connection, None to send it whole.
        """
        step, place = find_step(question.method, question.path)
        fault = self._faults.take(step, question.method, question.path)
        answer, cut = self._with_fault(question, step, place, fault)
        query = {key: value for key, value in question.query.items() if key != "signature"}
        role = self._role(question)
        status = answer.status if answer else None
        self.requests.append(HubRequest(step, question.method, question.path, query, role, status))
        return answer, cut

    def _with_fault(
        self, question: HubQuestion, step: HubStep, place: Mapping[str, str], fault: object
    ) -> tuple[HubAnswer | None, int | None]:
        match fault:
            case FailWith(status, retry_after):
                limits = {"Retry-After": f"{retry_after}", "RateLimit": f'"api";r=0;t={retry_after}'}
                said = {"error": f"LocalHub was told to fail with {status}"}
                return answer_json(
                    said, status=status, headers=limits if retry_after is not None else {}
                ), None
            case DropConnection():
                return None, None
            case CutAnswer(after):
                return self._plain(question, step, place), after
            case Wait(seconds):
                self._closing.wait(seconds)
            case Overtake():
                self._overtake(place)
            case _:
                pass
        return self._plain(question, step, place), None

    def _plain(self, question: HubQuestion, step: HubStep, place: Mapping[str, str]) -> HubAnswer:
        try:
            visitor = self._tokens.visitor(question.headers.get("authorization"))
        except HubRefusedError as error:
            return answer_refusal(error)
        return answer_question(self._state, visitor, question, step, place)

    def _role(self, question: HubQuestion) -> HubRole | None:
        try:
            return self._tokens.visitor(question.headers.get("authorization")).role
        except HubRefusedError:
            return None

    def _overtake(self, place: Mapping[str, str]) -> None:
        with suppress(
            KeyError, MovedError, HubRefusedError
        ):  # a request that names no branch cannot be overtaken
            repository = self._state.see(Visitor("writer"), place)
            change = PutFile("OVERTAKEN.md", HubFile.of(f"{len(repository.history)}\n".encode()))
            self._state.change(
                repository,
                lambda now: now.with_commit(
                    [change],
                    revision=place.get("revision", "main"),
                    title="Somebody else was first",
                    author="somebody",
                    date=self._state.now(),
                ),
            )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds without a byte from the client

    def __init__(self, hub: HubServer, *arguments: object) -> None:
        self._hub = hub
        super().__init__(*arguments)  # type: ignore[arg-type]  # what ThreadingHTTPServer gives

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Print nothing: the requests are kept for the test."""

    def do_GET(self) -> None:  # the base class names it so
        """Answer one request, and close its connection."""
        self.close_connection = True
        with suppress(ConnectionError):  # the client went away
            self._exchange()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # the base class names them so

    def _exchange(self) -> None:
        path, _, query = self.path.partition("?")
        question = HubQuestion(
            self.command,
            path,
            dict(parse_qsl(query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),  # read even where the answer is a refusal: closing with bytes unread resets the connection
        )
        answer, cut = self._hub.answer(question)
        if answer is None or (cut is not None and (self.command == "HEAD" or not answer.body)):
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Connection": "close"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body if cut is None else answer.body[: min(cut, len(answer.body) - 1)])

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self._read(int(self.headers.get("Content-Length", "0")))
        body = bytearray()
        while size := self._chunk_size():
            body += self._read(size)
            self.rfile.readline()
        self.rfile.readline()
        return bytes(body)

    def _read(self, size: int) -> bytes:
        """Read so many bytes; what a client began and did not finish is no request."""
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionAbortedError
        return content

    def _chunk_size(self) -> int:
        line = self.rfile.readline()
        if not line.endswith(b"\n"):
            raise ConnectionAbortedError
        return int(line.partition(b";")[0], 16)
