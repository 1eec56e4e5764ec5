"""The directory of a running suite, over HTTP: read whole, and changed a step at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from services.intake.api.directory_bodies import AnyBody
from services.intake.api.directory_copies import body_of
from services.intake.api.directory_kinds import KINDS_OF_RECORDS, Kind
from services.ops.client import ApiClient, Refused
from services.ops.directory.file import Bodies
from services.ops.directory.plan import Save, Step
from services.ops.trouble import Trouble
from shared.events.directory_records import record_key
from shared.events.personal import IdentityCodec

_PAGE = 1000
_CODEC = IdentityCodec()
"""What travels over HTTP is text; the API seals it."""


@dataclass(slots=True)
class Remote:
    """`bodies` as they were read, `versions` as they are after the steps that were taken."""

    api: ApiClient
    bodies: Bodies = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Raise `Trouble` where it is refused, or where someone else changed the record meanwhile."""
        try:
            if isinstance(step, Save):
                record_id = step.key.partition("/")[2]
                body = body_of(record_id, step.record, _CODEC).model_dump(mode="json")
                answer = self.api.decided("PUT", _address(step.key), body, **self._condition(step.key))
                self.versions[step.key] = answer.json()["version"]
            else:
                self.api.decided("DELETE", _address(step.key), None, **self._condition(step.key))
                del self.versions[step.key]
        except Refused as refusal:
            if refusal.status == httpx.codes.PRECONDITION_FAILED:
                raise Trouble(
                    f"{step.key} was changed by someone else meanwhile: apply the file again"
                ) from refusal
            raise Trouble(f"{step.key}: {refusal} What was changed before stays so; apply again.") from refusal

    def _condition(self, key: str) -> Mapping[str, str]:
        if key in self.versions:
            return {"If-Match": f'"{self.versions[key]}"'}
        return {"If-None-Match": "*"}


def read_remote(api: ApiClient) -> Remote:
    remote = Remote(api)
    for kind in KINDS_OF_RECORDS:
        for record_id, version, body in _listed(api, kind):
            key = record_key(kind.name, record_id)
            remote.bodies[key], remote.versions[key] = body, version
    return remote


def _listed(api: ApiClient, kind: Kind) -> Iterator[tuple[str, int, AnyBody]]:
    after: str | None = None
    while True:
        page = api.read(f"/directory/{kind.name}", limit=_PAGE, after=after)
        for item in page["items"]:
            yield item["id"], item["version"], kind.read(item["record"])
        after = page["next"]
        if after is None:
            return


def _address(key: str) -> str:
    kind, _, record_id = key.partition("/")
    return f"/directory/{kind}/{quote(record_id)}"
