"""Features of a window that moves on are those of the window alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.classifier.engines.features import build_features
from desktop_app.classifier.engines.stream_features import StreamingLogMel
from desktop_app.classifier.frontend_config import LogMelConfig, describe_front_end, output_shape

FRAMES = 4_000
CONFIGS = (
    LogMelConfig(8_000, n_fft=256, window_frames=240, hop_frames=80, mel_bands=24, high_hz=4_000, mean=-3, deviation=2),
    LogMelConfig(8_000, n_fft=256, window_frames=256, hop_frames=128, mel_bands=20, high_hz=3_500),
    LogMelConfig(8_000, n_fft=512, window_frames=101, hop_frames=100, mel_bands=16, high_hz=4_000),
)


@settings(deadline=None, max_examples=40)
@given(
    config=st.sampled_from(CONFIGS),
    moves=st.lists(st.integers(0, 60), max_size=8),
    offset=st.floats(-0.5, 0.5),
    seed=st.integers(0, 99),
)
def test_every_window_has_the_features_that_it_has_by_itself(
    config: LogMelConfig, moves: list[int], offset: float, seed: int
) -> None:
    description = describe_front_end(config)
    alone = build_features(description, FRAMES)
    moving = StreamingLogMel(config, output_shape(description, FRAMES), FRAMES)
    random = np.random.default_rng(seed)
    sound = (random.normal(0, 0.1, FRAMES + 60 * 8 * 128) + offset).astype(np.float32)
    start = 0
    for moved in [0, *(config.hop_frames * columns for columns in moves)]:
        start += moved
        window = sound[start : start + FRAMES]
        np.testing.assert_allclose(moving(window, moved), alone(window[None]), atol=2e-4)


def test_another_stream_begins_after_a_reset() -> None:
    config = CONFIGS[0]
    description = describe_front_end(config)
    moving = StreamingLogMel(config, output_shape(description, FRAMES), FRAMES)
    first, second = np.random.default_rng(0).normal(0, 0.1, (2, FRAMES)).astype(np.float32)
    moving(first, 0)
    moving.reset()
    np.testing.assert_allclose(moving(second, 80), build_features(description, FRAMES)(second[None]), atol=1e-4)
    assert moving.moves_by(160)
    assert not moving.moves_by(100)
