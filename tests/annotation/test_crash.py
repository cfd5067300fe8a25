"""A window that is killed while somebody labels: every edit that it confirmed is there afterwards, whole."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app.annotation.store import open_store

LABELLING = """
import random, sys
from pathlib import Path
from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import open_store

project, first = Path(sys.argv[1]), int(sys.argv[2])
store, hand, chance = open_store(project), Hand("Ada"), random.Random(first)
recording = Recording("a.wav", 1, id="a")
for number in range(first, first + 100_000):
    together = chance.choice([1, 1, 3, 50])  # gestures on one annotation, and on many
    made = [Annotation(f"edit {number}", "a", part, part + 1.0, id=f"{number}-{part}") for part in range(together)]
    drawing = hand.draw(made[0], recording)
    store.apply(type(drawing)("Draw", added=tuple(made), recordings=(recording,)))
    print("drawn", number, together, flush=True)
    store.apply(hand.set_status(made, Status.REJECTED))
    print("rejected", number, together, flush=True)
"""


def kill_at_a_random_moment(project: Path, first: int, chance: random.Random) -> list[list[str]]:
    """Label, kill at a random moment, every other time after the first confirmation; return what was confirmed."""
    command = [sys.executable, "-c", LABELLING, str(project), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        begun = process.stdout.readline() if chance.random() < 0.5 else ""
        time.sleep(chance.uniform(0, 0.15) if begun else chance.uniform(0.1, 0.5))
        process.kill()
        rest = process.stdout.read()
    whole = (begun + rest).rpartition("\n")[0]
    return [line.split() for line in whole.splitlines()]


def assert_all_there(project: Path, confirmed: list[list[str]]) -> None:
    """Every confirmed edit is there as a whole; of the one that was under way all or nothing is."""
    store = open_store(project)
    held: dict[str, list[str]] = {}
    for it in store.annotations_of("a"):
        held.setdefault(it.label.removeprefix("edit "), []).append(it.status)
    store.close()
    for act, number, together in confirmed:
        statuses = held[number]
        assert len(statuses) == int(together) and len(set(statuses)) == 1
        assert act == "drawn" or statuses[0] == "rejected"
    sizes = {len(statuses) for statuses in held.values()}
    assert sizes <= {1, 3, 50}, "an edit is there in part"
    assert all(len(set(statuses)) == 1 for statuses in held.values()), "an edit was done to some of its annotations"


def crash(project: Path, kills: int) -> int:
    """Kill so many labelling windows on one project, look after each, and return how many edits were confirmed."""
    chance = random.Random(kills)
    confirmed: list[list[str]] = []
    for kill in range(kills):
        confirmed += kill_at_a_random_moment(project, kill * 1_000_000, chance)
        assert_all_there(project, confirmed)
    return len(confirmed)


def test_every_confirmed_edit_survives_a_kill(project: Path) -> None:
    assert crash(project, 8) > 8


@pytest.mark.evaluate
def test_every_confirmed_edit_survives_two_hundred_kills(project: Path) -> None:
    assert crash(project, 200) > 200
