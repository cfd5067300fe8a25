"""Label Studio's JSON: a list of tasks, each with a recording, annotations by people and predictions by models.

One region can stand in several results, which share its id: one has the label, another the text that somebody wrote
(`docs/source/tags/audio.md`). What Label Studio has no field for goes into the region's `meta`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.audio.formats import is_audio_name
from desktop_app.interchange.columns import checked, with_rest
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Loss, Options, span, stem_of
from desktop_app.interchange.own_json import annotation_values, load, objects, plain_number
from desktop_app.interchange.reading import DamagedRowError, Glimpse, Notes, tidied
from desktop_app.interchange.tables import Cells

META = "earmark"
"""Key inside a region's `meta`."""
_AUDIO_KEYS = ("audio", "sound", "url", "file")
_URL_STARTS = ("http://", "https://", "s3://", "gs://", "/data/")
_LOCAL_FILES = "/data/local-files/?d="
_META_FIELDS = ("low_hz", "high_hz", "channel", "status", "source", "score", "reviewer", "time")


@dataclass
class _Region:
    """What all results of one id say together."""

    value: dict[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    note: str = ""
    score: float | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    length_s: float | None = None


def recognises(seen: Glimpse) -> bool:
    """Return whether it is JSON of the kind that Label Studio imports or exports."""
    return seen.name.endswith(".json") and seen.text.lstrip()[:1] in ("[", "{")


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the tasks' regions and choices; cancelled annotations are skipped."""
    found = load(path, notes)
    tasks = [task for task in objects([found] if isinstance(found, dict) else found) if _is_task(task)]
    if not tasks:
        notes.problems.append(f"“{notes.name}” holds no tasks of Label Studio: export the project as JSON.")
    return [_recording(task, path, notes) for task in tasks]


def _is_task(task: Mapping[str, Any]) -> bool:
    return isinstance(task.get("data"), dict) or any(key in task for key in ("annotations", "predictions", "result"))


def _recording(task: Mapping[str, Any], path: Path, notes: Notes) -> FileLabels:
    written = _path_of(task.get("data"))
    annotations: list[Annotation] = []
    lengths: list[float] = []
    given = [task] if "result" in task else []
    for envelope, is_person in [
        *((each, True) for each in (*objects(task.get("annotations")), *given)),
        *((each, False) for each in objects(task.get("predictions"))),
    ]:
        if envelope.get("was_cancelled"):
            notes.skipped["cancelled annotations"] += 1
            continue
        for place, region in enumerate(_regions(envelope, notes), 1):
            lengths += [region.length_s] if region.length_s else []
            with notes.row(place, "Region"):
                annotations += _annotations(region, envelope, is_person)
    duration_s = max(lengths, default=None)
    return FileLabels(written or stem_of(path), tuple(annotations), duration_s, named=bool(written))


def _path_of(data: Any) -> str:
    """Return the recording of a task: under a usual key, else the first text that is named like one."""
    if not isinstance(data, dict):
        return ""
    texts = {str(key).lower(): text for key, text in data.items() if isinstance(text, str)}
    usual = [texts[key] for key in _AUDIO_KEYS if key in texts]
    written = next(iter([*usual, *(text for text in texts.values() if is_audio_name(text))]), "")
    if not written.startswith(_URL_STARTS):
        return tidied(written)
    return tidied(unquote(written.removeprefix(_LOCAL_FILES)))


def _regions(envelope: Mapping[str, Any], notes: Notes) -> list[_Region]:
    """Return the results of an annotation by their ids, in the order of the file."""
    regions: dict[str, _Region] = {}
    for place, result in enumerate(objects(envelope.get("result"))):
        value = result.get("value")
        if not isinstance(value, dict):
            notes.skipped["results without a value"] += 1
            continue
        region = regions.setdefault(str(result.get("id") or f"result {place}"), _Region())
        region.value |= {key: value[key] for key in ("start", "end", "channel") if key in value}
        region.labels += _texts(value.get("labels")) + _texts(value.get("choices"))
        region.note = "\n".join(_texts(value.get("text"))) or region.note
        region.score = plain_number(result.get("score")) if region.score is None else region.score
        region.length_s = plain_number(result.get("original_length")) or region.length_s
        meta = result.get("meta")
        region.meta = meta[META] if isinstance(meta, dict) and isinstance(meta.get(META), dict) else region.meta
    return list(regions.values())


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [tidied(value)]
    return [tidied(text) for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _annotations(region: _Region, envelope: Mapping[str, Any], is_person: bool) -> Iterator[Annotation]:
    """Yield one annotation for each label of a region; one without a label where it has none."""
    onset_s, offset_s = _times(region)
    model = str(envelope.get("model_version") or "") or FORMAT.title
    channel = plain_number(region.value.get("channel"))
    score = region.score if region.score is not None or is_person else plain_number(envelope.get("score"))
    for label in region.labels or [""]:
        made = checked(
            Annotation,
            label=label.strip(),
            onset_s=onset_s,
            offset_s=offset_s,
            channel=None if channel is None else int(channel),
            status=Status.ACCEPTED if is_person else Status.DRAFT,
            source=FORMAT.source if is_person else tidied(model),
            score=score,
            note=region.note,
            reviewer=_reviewer(envelope.get("completed_by")),
        )
        yield _with_meta(made, {**_moment(envelope), **region.meta})


def _times(region: _Region) -> tuple[float | None, float | None]:
    given = [plain_number(region.value.get(key)) for key in ("start", "end")]
    if given == [None, None] and not region.value.keys() & {"start", "end"}:
        return None, None
    if given[0] is None or given[1] is None:
        raise DamagedRowError("its start or end is no number")
    return span(given[0], given[1])


def _reviewer(completed_by: Any) -> str:
    if isinstance(completed_by, dict):
        completed_by = completed_by.get("email") or completed_by.get("id")
    return tidied(str(completed_by)) if isinstance(completed_by, str | int) else ""


def _moment(envelope: Mapping[str, Any]) -> dict[str, Any]:
    text = envelope.get("updated_at") or envelope.get("created_at")
    try:
        return {"time": datetime.fromisoformat(text).isoformat()} if isinstance(text, str) else {}
    except ValueError:
        return {}


def _with_meta(made: Annotation, meta: Mapping[str, Any]) -> Annotation:
    extra = meta.get("extra")
    texts = {tidied(str(name)): tidied(str(text)) for name, text in extra.items()} if isinstance(extra, dict) else {}
    known = {name: str(meta[name]) for name in _META_FIELDS if meta.get(name) is not None}
    return replace(with_rest(made, Cells(0, known), prefix=""), extra=texts)


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a list of tasks; drafts of models are predictions, everything else one annotation of the task."""
    tasks = [_task(number, each) for number, each in enumerate(labels, 1)]
    return tidied(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode()


def _task(number: int, labels: FileLabels) -> dict[str, Any]:
    by_model: dict[str, list[Annotation]] = {}
    for annotation in labels.annotations:
        by_model.setdefault(annotation.source if annotation.status is Status.DRAFT else "", []).append(annotation)
    judged = {"id": number, "was_cancelled": False, "result": _all_results(labels, by_model.pop("", []))}
    predictions = [
        {"model_version": model, "result": _all_results(labels, drafts)} for model, drafts in by_model.items()
    ]
    return {"id": number, "data": {"audio": labels.path}, "annotations": [judged], "predictions": predictions}


def _all_results(labels: FileLabels, annotations: Iterable[Annotation]) -> list[dict[str, Any]]:
    return [result for annotation in annotations for result in _results(labels, annotation)]


def _results(labels: FileLabels, annotation: Annotation) -> Iterator[dict[str, Any]]:
    is_clip = annotation.onset_s is None
    span_values = {} if is_clip else {"start": annotation.onset_s, "end": annotation.offset_s}
    if annotation.channel is not None:
        span_values["channel"] = annotation.channel
    label = FORMAT.keeps.label(annotation.label)
    kind = "choices" if is_clip else "labels"
    common: dict[str, Any] = {"id": annotation.id, "to_name": "audio"}
    if labels.duration_s is not None:
        common["original_length"] = labels.duration_s
    values = annotation_values(annotation)
    meta = {name: values[name] for name in (*_META_FIELDS, "extra") if name in values}
    first = {**common, "from_name": kind.removesuffix("s"), "type": kind, "meta": {META: meta}}
    if annotation.score is not None:
        first["score"] = annotation.score
    yield first | {"value": span_values | ({kind: [label]} if label else {})}
    if annotation.note:
        yield {**common, "from_name": "note", "type": "textarea", "value": span_values | {"text": [annotation.note]}}


def _hidden_bands(labels: Iterable[FileLabels]) -> Iterator[Loss]:
    count = sum(a.low_hz is not None or a.high_hz is not None for each in labels for a in each.annotations)
    yield "With frequencies in “meta”, where {format} does not show them: {n}.", count


FORMAT = LabelFormat(
    name="label-studio",
    title="Label Studio",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(
        unlabelled=True,
        tight_names=False,
        remarks=("Bands, status, source, score, reviewer and time stand in the `meta` of each region.",),
    ),
    more_losses=_hidden_bands,
)
