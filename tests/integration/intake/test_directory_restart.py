"""Whoever takes the directory over decides with all the records that were kept before."""

from pathlib import Path

from shared.runtime.settings import Settings
from tests.integration.intake.conftest import As
from tests.processing import processor


async def test_a_new_processor_sees_the_records_of_an_earlier_one(
    as_: As, settings: Settings, tmp_path: Path
) -> None:
    admin = as_("admin", "root")
    with processor(settings, tmp_path):
        assert (await admin.put("/directory/teams/support", json={"name": "Support"})).status_code == 201
        agent = {"name": "Ada", "team_id": "support"}
        assert (await admin.put("/directory/agents/ada", json=agent)).status_code == 201
    for checkpoint in (settings.checkpoint_name, "another"):
        mine = settings.model_copy(update={"checkpoint_name": checkpoint})
        with processor(mine, tmp_path):
            refused = await admin.delete("/directory/teams/support")
            assert (refused.status_code, refused.json()["code"]) == (422, "referred_to")
