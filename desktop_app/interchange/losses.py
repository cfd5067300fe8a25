"""What a format cannot hold of the labels at hand, counted and told before anything is written."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from desktop_app import words
from desktop_app.annotation.annotations import IMPORT_PREFIX, MANUAL, Annotation
from desktop_app.interchange.labels import (
    BAND,
    CHANNEL,
    EXTRA,
    MOMENT,
    NOTE,
    POINTS,
    REVIEWER,
    SCORE,
    SOURCE,
    STATUS,
    TIME,
    FileLabels,
    LabelFormat,
)
from desktop_app.interchange.reading import is_number

LEFT_OUT, UNNAMED, TEXTS = "left out", "unnamed", "texts"
FORMULAS = "Begin like a formula, which a spreadsheet calculates when it opens the file: {n}."
"""Nothing is lost, and nothing is changed: other programs would read the change as part of the label."""
_FORMULA = re.compile(r"[=+\-@].")
_OF_SPREADSHEETS = (".csv", ".tsv")

SENTENCES = {
    LEFT_OUT: "Left out, as {format} needs an end and the length of the recording is not known: {n}.",
    TIME: "Labels of whole recordings that become stretches of time: {n}.",
    POINTS: "Points, which {format} does not have, left out: {n}.",
    UNNAMED: "Left out, as they have no label: {n}.",
    BAND: "Without their frequencies: {n}.",
    CHANNEL: "Without their channel: {n}.",
    STATUS: "Without their status (draft, accepted, rejected, uncertain): {n}.",
    SOURCE: "Without the name of the model that made them: {n}.",
    SCORE: "Without their score: {n}.",
    NOTE: "Without their note: {n}.",
    REVIEWER: "Without their reviewer: {n}.",
    MOMENT: "Without the time of their last change: {n}.",
    EXTRA: "Without columns of other programs: {n}.",
    TEXTS: "With spaces in place of tabs and newlines, and no spaces around their texts: {n}.",
}
"""By kind of loss; "{n}" stands for the annotations, counted."""


def losses(labels: Sequence[FileLabels], label_format: LabelFormat) -> tuple[str, ...]:
    """Return a sentence with a count for each kind of thing that writing these labels would lose; none: nothing."""
    counts = counted(labels, label_format)
    told = [(SENTENCES[kind], counts[kind]) for kind in SENTENCES if counts[kind]]
    told += [(sentence, count) for sentence, count in label_format.more_losses(labels) if count]
    formulas = _count_formulas(labels) if label_format.suffixes[0].endswith(_OF_SPREADSHEETS) else 0
    told += [(FORMULAS, formulas)] if formulas else []
    sentences = [sentence.format(n=counted_text(count), format=label_format.title) for sentence, count in told]
    missing = len(labels) - recordings_held(labels, label_format)
    if missing:
        sentences.append(f"Left out, as they have no labels: {words.counted(missing, 'recording')}.")
    return tuple(sentences)


def _count_formulas(labels: Sequence[FileLabels]) -> int:
    """Return how many annotations have a text that begins like a formula (OWASP, CSV injection) and is no number."""
    return sum(
        any(
            _FORMULA.match(text) and not is_number(text)
            for text in (it.label, it.note, it.reviewer, *it.extra.values())
        )
        for each in labels
        for it in each.annotations
    )


def held(labels: Sequence[FileLabels], label_format: LabelFormat) -> int:
    """Return how many annotations a file of the format holds, whatever it loses of each."""
    counts = counted(labels, label_format)
    everything = sum(len(each.annotations) for each in labels)
    return everything - sum(counts[kind] for kind in (LEFT_OUT, POINTS, UNNAMED))


def recordings_held(labels: Sequence[FileLabels], label_format: LabelFormat) -> int:
    """Return how many recordings a file of the format names."""
    return len(labels) if label_format.keeps.unlabelled else sum(bool(each.annotations) for each in labels)


def counted_text(count: int) -> str:
    """Return “1 annotation” or “1,200 annotations”."""
    return words.counted(count, "annotation")


def counted(labels: Sequence[FileLabels], label_format: LabelFormat) -> Counter[str]:
    """Return the number of annotations that each kind of loss concerns; one may be concerned by several."""
    return Counter(
        kind for each in labels for annotation in each.annotations for kind in _lost(each, annotation, label_format)
    )


def _lost(labels: FileLabels, annotation: Annotation, label_format: LabelFormat) -> Iterator[str]:
    keeps = label_format.keeps
    is_whole = annotation.onset_s is None and TIME not in keeps.what
    if is_whole and labels.duration_s is None:
        yield LEFT_OUT
        return
    if annotation.duration_s == 0 and POINTS not in keeps.what:
        yield POINTS
        return
    if not keeps.unnamed and not keeps.label(annotation.label) and annotation.duration_s != 0:
        yield UNNAMED
        return
    if is_whole:
        yield TIME
    says = _said(annotation, label_format)
    yield from (kind for kind, said in says.items() if said and kind not in keeps.what)
    kept = {kind for kind, said in says.items() if said and kind in keeps.what}
    if _text_changes(annotation, label_format, kept):
        yield TEXTS


def _said(it: Annotation, label_format: LabelFormat) -> dict[str, bool]:
    """Return which fields of an annotation say something that a reader would not assume by itself."""
    return {
        BAND: it.low_hz is not None or it.high_hz is not None,
        CHANNEL: it.channel is not None,
        STATUS: it.status is not label_format.status,
        SOURCE: it.source != label_format.source and it.source != MANUAL and not it.source.startswith(IMPORT_PREFIX),
        SCORE: it.score is not None,
        NOTE: bool(it.note),
        REVIEWER: bool(it.reviewer),
        MOMENT: it.time is not None,
        EXTRA: not set(it.extra) <= label_format.keeps.columns,
    }


def _text_changes(it: Annotation, label_format: LabelFormat, kept: set[str]) -> bool:
    keeps = label_format.keeps
    texts = [text for kind, text in ((NOTE, it.note), (REVIEWER, it.reviewer), (SOURCE, it.source)) if kind in kept]
    texts += [text for name in it.extra if EXTRA in keeps.what or name in keeps.columns for text in (it.extra[name],)]
    names = [] if EXTRA not in keeps.what else [name for name in it.extra if keeps.column(name) != name]
    return bool(names) or keeps.label(it.label) != it.label or any(keeps.text(text) != text for text in texts)
