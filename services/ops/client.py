"""The HTTP API as a person's tool uses it: who asks, problems as sentences, answers that come later."""

import getpass
import time
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import typer

from services.ops.read_tokens import ReadTokens
from services.ops.token import signed
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

Url = Annotated[
    str | None, typer.Option(envvar="CASEFOLD_URL", help="Where the API is; by default on this machine.")
]
Token = Annotated[str | None, typer.Option(envvar="CASEFOLD_TOKEN", help="A bearer token or an API key.")]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="ROLE:SUBJECT", help="Without a token: who you are, by the local issuer's key."),
]

_TIMEOUT_S = 30.0
_PATIENCE_S = 30.0
_EVERY_S = 0.2


class Refused(Trouble):
    """The API answered with a problem."""

    def __init__(self, problem: Mapping[str, Any], status: int) -> None:
        allowed = problem.get("allowed")
        more = f" Allowed from here: {', '.join(allowed)}." if allowed else ""
        super().__init__(f"{problem.get('detail') or f'the API answered {status}'}{more}")
        self.status = status
        self.code = str(problem.get("code", ""))


class Unreachable(Trouble):
    """No answer came from the API."""


class Undecided(Trouble):
    """The command was sent, and what became of it is not known yet."""


class ApiClient:
    """One person's connection. Reads show what this person did before, from this machine."""

    def __init__(self, http: httpx.Client, tokens: ReadTokens) -> None:
        self.http = http
        self._tokens = tokens

    def read(self, path: str, about: str | None = None, **parameters: object) -> Any:  # noqa: ANN401 - JSON
        """`about` is the ticket's id or reference; without one the last change of all counts."""
        wanted = {name: value for name, value in parameters.items() if value is not None}
        token = self._tokens.last(str(self.http.base_url), about)
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            headers = {} if token is None else {"Read-Token": token}
            try:
                return self._ask("GET", path, params=wanted, headers=headers).json()
            except Refused as refusal:
                if refusal.code in ("bad_read_token", "read_token_of_another_log"):
                    token = None  # of a log that is no more
                elif refusal.code != "read_behind" or time.monotonic() > deadline:
                    raise
                else:
                    time.sleep(_EVERY_S)

    def change(self, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        """What was recorded: version, ticket_id, reference. Raise `Refused` or `Undecided`."""
        answer = self._ask("POST", path, json=body)
        said: dict[str, Any] = answer.json()
        if answer.status_code == httpx.codes.ACCEPTED:
            return self._followed(said)
        if said.get("read_token") is not None:
            self._tokens.keep(str(self.http.base_url), said["ticket_id"], said["reference"], said["read_token"])
        return said

    def post(self, path: str, body: bytes) -> httpx.Response:
        """Any answer but a problem's."""
        return self._ask("POST", path, content=body, headers={"Content-Type": "application/json"})

    def decided(
        self, method: str, path: str, body: Mapping[str, object] | None = None, **headers: str
    ) -> httpx.Response:
        """The answer to a wish about something else than a ticket. Raise `Refused` or `Undecided`."""
        more = {} if body is None else {"json": body}
        answer = self._ask(method, path, headers=headers, **more)
        if answer.status_code == httpx.codes.ACCEPTED:
            self._followed(answer.json())
            raise Undecided("it was done, and its answer came too late to be shown: see what is listed")
        return answer

    def _followed(self, unknown: Mapping[str, Any]) -> Mapping[str, Any]:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                outcome: dict[str, Any] = self._ask("GET", unknown["href"].removeprefix("/v1")).json()
            except Refused as refusal:
                if refusal.status != httpx.codes.NOT_FOUND:
                    raise
                time.sleep(_EVERY_S)
                continue
            if outcome["state"] == "refused":
                raise Refused(outcome, httpx.codes.UNPROCESSABLE_ENTITY)
            return {**outcome, "ticket_id": outcome["subject"]}
        raise Undecided(
            f"it is not known yet what became of it: ask {unknown['href']} later, before you try it again"
        )

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        try:
            answer = self.http.request(method, path, **more)
        except httpx.TransportError as failure:
            raise Unreachable(
                f"{self.http.base_url} does not answer ({failure}): is `casefold up` running, or is CASEFOLD_URL "
                "another?"
            ) from failure
        if answer.is_success:
            return answer
        raise Refused(_problem(answer), answer.status_code)


def connect(settings: Settings, url: str | None, token: str | None, as_whom: str | None, role: str) -> ApiClient:
    """`role` is that of whoever says neither who they are nor brings a token."""
    base = (url or f"http://127.0.0.1:{settings.port}").rstrip("/")
    bearer = token if token is not None and as_whom is None else _own_token(settings, as_whom, role)
    http = httpx.Client(
        base_url=f"{base}/v1",
        headers={"Authorization": f"Bearer {bearer}"},
        timeout=_TIMEOUT_S,
        trust_env=url is not None,
    )
    return ApiClient(http, ReadTokens(settings.home / "client" / "read-tokens.json"))


def _own_token(settings: Settings, as_whom: str | None, role: str) -> str:
    wanted, _, subject = (as_whom or f"{role}:{getpass.getuser()}").partition(":")
    if not subject:
        raise Trouble(f"--as {wanted} does not say who: write it as ROLE:SUBJECT, for example agent:ada")
    return signed(settings, wanted, subject)


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
