"""Who of each team is there, and how many of the others are not for which reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from shared.events.routing_values import LeftOut


class Attendance:
    """Of those who work here; under the team None, of all."""

    def __init__(self) -> None:
        self._there: defaultdict[str | None, set[str]] = defaultdict(set)
        self._absent: defaultdict[str | None, Counter[LeftOut]] = defaultdict(Counter)
        self._placed: dict[str, tuple[str, LeftOut | None]] = {}

    def place(self, agent_id: str, team_id: str | None, reason: LeftOut | None) -> None:
        """`reason`: why they are not there, None of one who is; without a team they do not work here any more."""
        before = self._placed.pop(agent_id, None)
        if before is not None:
            for team in (None, before[0]):
                self._there[team].discard(agent_id)
                if before[1] is not None:
                    self._absent[team][before[1]] -= 1
        if team_id is None:
            return
        self._placed[agent_id] = team_id, reason
        for team in (None, team_id):
            if reason is None:
                self._there[team].add(agent_id)
            else:
                self._absent[team][reason] += 1

    def there(self, team_id: str | None) -> set[str]:
        return self._there.get(team_id, set())

    def absent(self, team_id: str | None) -> Counter[LeftOut]:
        return self._absent.get(team_id, Counter())

    def absent_of(self, agent_ids: Iterable[str]) -> Counter[LeftOut]:
        reasons = (self._placed[one][1] for one in agent_ids)
        return Counter(reason for reason in reasons if reason is not None)
