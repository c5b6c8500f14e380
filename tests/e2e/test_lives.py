"""Whatever two people do, and whatever fails meanwhile: the record is what they did, and they are asked what comes next."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.e2e.lives import Lives
from tests.e2e.world import World

EXAMPLES, STEPS = 6, 30


@pytest.mark.timeout(300)
def test_the_record_is_what_people_did(tmp_path: Path) -> None:
    lived(tmp_path, EXAMPLES, STEPS)


def lived(folder: Path, examples: int, steps: int) -> None:
    """So many lives of so many steps, in one house."""
    with World(folder) as world:
        machine = type("Here", (Lives,), {"world": world})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
                phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            ),
        )
