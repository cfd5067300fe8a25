"""Rates rise, the loss falls and runs away, and the steepest place is suggested."""

import json
import math
from pathlib import Path

import torch

from desktop_app.classifier.runs.rate_finder import RatePoint, RateSweep, find_rates, suggestion, write_rates
from desktop_app.classifier.training import TrainingData, TrainingSettings
from tests.classifier.conftest import tiny_front_end, tiny_network, tones

SETTINGS = TrainingSettings(batch_size=16, clips_per_epoch=64, augmentation=None)


def test_the_finder_leaves_the_network_alone_and_suggests_a_rate_that_trains(tmp_path: Path) -> None:
    front_end = tiny_front_end()
    network = tiny_network(front_end)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    sweep = RateSweep(1e-5, 1e3, 60)
    points = list(find_rates(network, front_end, TrainingData(tones(8)), SETTINGS, sweep))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert len(points) < 60  # it ran away, and the finder stopped
    rate = suggestion(points)
    assert rate is not None and 1e-4 < rate < 1
    assert points == list(find_rates(network, front_end, TrainingData(tones(8)), SETTINGS, sweep))
    write_rates(points, tmp_path)
    assert json.loads((tmp_path / "lr_find.json").read_text())["suggestion"] == rate
    assert len((tmp_path / "lr_find.csv").read_text().splitlines()) == len(points) + 1
    assert (tmp_path / "lr_find.png").read_bytes().startswith(b"\x89PNG")
    assert "falls fastest" in (tmp_path / "lr_find.svg").read_text()


def test_the_steepest_place_of_a_known_curve_is_found_and_none_where_nothing_falls() -> None:
    rates = [10 ** (-6 + step / 10) for step in range(60)]
    falling = [RatePoint(r, 0, 1 / (1 + math.exp(4 * (math.log10(r) + 3)))) for r in rates]
    found = suggestion(falling)
    assert found is not None and abs(math.log10(found) + 3) < 0.11
    assert suggestion([RatePoint(r, 0, r) for r in rates]) is None
    assert suggestion(falling[:5]) is None
