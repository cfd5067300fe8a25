"""What every format owes: labels come back as they were, or what was lost was counted and said before."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.annotation.annotations import IMPORT_PREFIX, MANUAL, Annotation
from desktop_app.interchange.labels import POINTS, SOURCE, FileLabels, LabelFormat
from desktop_app.interchange.losses import LEFT_OUT, UNNAMED, counted, losses
from desktop_app.interchange.registry import FORMATS, read_labels, write_labels
from tests.interchange.strategies import annotations

TEXT_FORMATS = [
    known for known in FORMATS if known.encode is not None and (known.name != "parquet" or find_spec("pyarrow"))
]
every_format = pytest.mark.parametrize("label_format", TEXT_FORMATS, ids=lambda known: known.name)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def said(annotation: Annotation, label_format: LabelFormat) -> tuple[object, ...]:
    """Return all that an annotation says; who labelled by hand is not told apart where no format says it."""
    by_hand = annotation.source == MANUAL or annotation.source.startswith(IMPORT_PREFIX)
    source = MANUAL if by_hand and SOURCE not in label_format.keeps.what else annotation.source
    it = replace(annotation, source=source)
    fields = (it.label, it.onset_s, it.offset_s, it.low_hz, it.high_hz, it.channel, it.status, it.source, it.score)
    return (*fields, it.note, it.reviewer, it.time, tuple(sorted(it.extra.items())))


def there_and_back(labels: FileLabels, label_format: LabelFormat) -> list[Annotation]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"night{label_format.suffixes[0]}"
        (file,) = write_labels([labels], target, label_format).files
        result = read_labels(file, label_format)
    assert result.problems == ()
    return [annotation for each in result.labels for annotation in each.annotations]


def labels_of(*found: Annotation, duration_s: float | None = 2e5) -> FileLabels:
    return FileLabels("site 3/night.wav", found, duration_s, 48_000)


def changes_more(labels: FileLabels, label_format: LabelFormat) -> bool:
    """Return whether a format tells of a change that only it makes; Label Studio merely hides bands."""
    return label_format.name != "label-studio" and any(count for _, count in label_format.more_losses([labels]))


@every_format
@given(it=annotations(), duration_s=st.sampled_from([2e5, None]))
@few
def test_an_annotation_comes_back_as_it_was_exactly_if_no_loss_was_told(
    label_format: LabelFormat, it: Annotation, duration_s: float | None
) -> None:
    labels = labels_of(it, duration_s=duration_s)
    told = set(counted([labels], label_format))
    found = there_and_back(labels, label_format)
    if told & {LEFT_OUT, UNNAMED, POINTS}:
        assert found == []
        return
    (back,) = found
    if changes_more(labels, label_format):
        return
    same = said(back, label_format) == said(it, label_format)
    assert same == (not told), (told, back)
    assert bool(losses([labels], label_format)) >= bool(told)


@every_format
@given(several=st.lists(annotations(), max_size=8))
@few
def test_many_annotations_come_back_and_none_hides_another(
    label_format: LabelFormat, several: Sequence[Annotation]
) -> None:
    labels = labels_of(*several)
    lost = counted([labels], label_format)
    found = there_and_back(labels, label_format)
    assert len(found) == len(several) - sum(lost[kind] for kind in (LEFT_OUT, UNNAMED, POINTS))
    if changes_more(labels, label_format):
        return
    whole = [it for it in several if not counted([labels_of(it)], label_format)]
    missing = Counter(said(it, label_format) for it in whole) - Counter(said(it, label_format) for it in found)
    assert not missing
