"""A training run from its first step to its model file; it can be stopped at any time and taken up again."""

import logging
import os
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from desktop_app.classifier.card import DataSource, ModelCard, Results
from desktop_app.classifier.checkpoint import save_checkpoint
from desktop_app.classifier.data.corpus import label_of
from desktop_app.classifier.data.dataset import FULL_SCALE, ClipSet
from desktop_app.classifier.data.overlap import TRAINING_GROUPS, TRAINING_HASHES
from desktop_app.classifier.data.speech_commands import DATASETS
from desktop_app.classifier.engines.compiling import COMPILE_FAILURES, HeldBack, compile_best
from desktop_app.classifier.engines.engine import compiled_path
from desktop_app.classifier.engines.export import ExportReport
from desktop_app.classifier.frontend import describe_front_end, output_shape
from desktop_app.classifier.learner import LearnerState
from desktop_app.classifier.measuring.evaluation import evaluate, fit_temperature, logits_of
from desktop_app.classifier.networks import count_macs, count_parameters
from desktop_app.classifier.noises import synthetic_backgrounds
from desktop_app.classifier.rejection import Rejection, fit_rejection, share_named, share_refused
from desktop_app.classifier.runs.preparing import Prepared, plain_settings
from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.classifier.runs.run_folder import RunFolder, load_state, save_state
from desktop_app.classifier.training import EpochReport, StepReport, Training
from desktop_app.errors import UserError
from desktop_app.words import counted

MOST_LISTED = 100_000  # clips on a card: 2 MB
CALIBRATION_WINDOWS = 256
STRANGE_DOZENS = 27
STRANGE_SEED = 11
FEW_WINDOWS = 30  # below, one window is worth more than 3 points
MOST_COMPARED = 2_000  # clips held back, by int8 and by torch: some seconds
FEWEST_AT_ONCE = 12  # one calculated background of each kind
MOST_SAMPLES = 2**27  # half a GiB of float32: fewer windows are made or compared at the end where they are long

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    model_path: Path
    """The model file."""
    card: ModelCard
    """Its card."""
    epochs_done: int
    """Rounds that were trained."""
    best_epoch: int
    """The one whose weights are in the model."""
    compiled: ExportReport | None = None
    """The compiled model beside it, which judges without torch, or None."""
    notes: tuple[str, ...] = ()
    """What the person should know, a sentence each."""


class Run:
    """A training run in a folder. One thread at a time."""

    def __init__(self, folder: RunFolder, config: RunConfig, prepared: Prepared) -> None:
        self.folder, self.config, self.prepared = folder, config, prepared
        self.training = Training(prepared.network, prepared.front_end, prepared.data, config.training)
        self.reports: list[EpochReport] = []

    def resume(self) -> None:
        """Go on after the last round on disk, if there is one; UserError where the clips have changed since."""
        if not self.folder.last.is_file():
            return
        state, said = load_state(self.folder.last)
        if said.get("digest") != self.prepared.digest:
            raise UserError("The recordings have changed since this run began; start a new run.")
        self.training.restore(state)
        self.reports = self.folder.read_log(self.training.epochs_done)

    def rounds(self, watch: Callable[[StepReport], None] = lambda step: None) -> Generator[EpochReport]:
        """Train, keep the best and the last round on disk after each one, write the log, and report.

        The best and the log are written before the last: killed in between, the round is done again, comes out the
        same, and takes the place of what was written.
        """
        for report in self.training.rounds(watch):
            said = {"digest": self.prepared.digest, "epoch": report.epoch}
            if report.best:
                save_state(self.folder.best, LearnerState(self.training.network.state_dict(), {}), said)
            self.reports.append(report)
            self.folder.write_log(self.reports)
            save_state(self.folder.last, self.training.state(), said)
            yield report

    def finish(self) -> Outcome:
        """Write the best round as a model file and compile it; UserError before round one."""
        return self.compile(self.keep())

    def keep(self) -> Outcome:
        """Write the best round as a model file with its card, calibrated and measured; UserError before round one.

        It is not compiled, which would take longer than all the rest: who has asked to stop does not wait for that.
        """
        if not self.folder.best.is_file():
            raise UserError("No round is finished yet, so there is no model; go on with --resume.")
        state, said = load_state(self.folder.best)
        network = self.prepared.network
        try:
            network.load_state_dict(dict(state.tensors))
        except RuntimeError as reason:
            raise UserError("The best checkpoint does not fit the run’s network; start a new run.") from reason
        network.eval()
        card = self._card(int(said["epoch"]))
        path = self.folder.model(self.config.name)
        save_checkpoint(path, network, card)
        compiled_path(path).unlink(missing_ok=True)  # of other weights
        return Outcome(path, card, self.training.epochs_done, int(said["epoch"]))

    def compile(self, outcome: Outcome) -> Outcome:
        """Write the compiled model beside the one that was kept; that this cannot be done is a note.

        Some seconds. Broken off, it leaves nothing behind: torch judges by the model as it is.
        """
        path, card = outcome.model_path, outcome.card
        train, held_back = self.prepared.data.train, self.prepared.data.held_back
        random = np.random.default_rng(self.config.training.seed)
        rows = random.permutation(len(train))[: _as_many(CALIBRATION_WINDOWS, train)]
        clips = train.floats(torch.from_numpy(rows)).numpy()
        backgrounds = synthetic_backgrounds(len(clips), clips, card.sample_rate_hz, random).astype(np.float32)
        try:
            compiled = compile_best(path, np.concatenate([clips, backgrounds]), _held_back(held_back))
        except COMPILE_FAILURES as reason:
            _log.info("%s was not compiled", path, exc_info=reason)
            why = str(reason) if isinstance(reason, UserError) else "the exporter cannot take this network."
            said = f"The model is not compiled and so takes longer to open and to judge: {why}"
            return replace(outcome, notes=(said,))
        return replace(outcome, compiled=compiled)

    def _card(self, best_epoch: int) -> ModelCard:
        prepared, sound = self.prepared, self.config.sound
        network, front_end = prepared.network, describe_front_end(prepared.front_end.config)
        held_back = prepared.data.held_back
        logits = None if held_back is None else self._logits(held_back)
        temperature = 1.0 if held_back is None or logits is None else fit_temperature(logits, held_back.targets)
        scaled = None if logits is None else logits / temperature
        classes = prepared.data.train.classes
        frames = round(sound.window_s * sound.sample_rate_hz)
        dataset = DATASETS.get(self.config.data.source)
        return ModelCard(
            name=self.config.name,
            title=self.config.title or f"{len(classes)} classes: {', '.join(classes)}"[:100],
            classes=classes,
            sample_rate_hz=sound.sample_rate_hz,
            window_s=frames / sound.sample_rate_hz,
            front_end=front_end,
            network=dict(prepared.description),
            temperature=temperature,
            parameters=count_parameters(network),
            macs=count_macs(network, output_shape(front_end, frames)),
            created=date.today().isoformat(),
            licence=dataset.licence if dataset else "As the recordings it was trained on.",
            intended_use=f"Telling apart: {', '.join(classes)}.",
            limits="It knows nothing but these classes, in recordings like those it was trained on.",
            trained_on=(self._source(),),
            training=self._said_of_training(best_epoch),
            results=self._results(scaled, temperature),
            rejection=None if scaled is None else self._rejection(scaled, temperature),
        )

    def _logits(self, clips: ClipSet) -> Tensor:
        return logits_of(self.prepared.network, self.prepared.front_end, clips)

    def _source(self) -> DataSource:
        source, clips = self.config.data.source, len(self.prepared.corpus.divided.side("train"))
        if source in DATASETS:
            return DATASETS[source].source(clips)
        return DataSource(label_of(Path(source).name) or "recordings", "not stated", "not stated", clips)

    def _said_of_training(self, best_epoch: int) -> dict[str, Any]:
        learnt = self.prepared.corpus.divided.side("train")
        said: dict[str, Any] = {
            **plain_settings(self.config),
            "best_epoch": best_epoch,
            "epochs_done": self.training.epochs_done,
            "notes": list(self.prepared.notes),
        }
        if len(learnt) <= MOST_LISTED:
            said[TRAINING_GROUPS] = sorted({clip.group for clip in learnt})
            said[TRAINING_HASHES] = sorted({self.prepared.corpus.hashes[clip.path] for clip in learnt})
        return said

    def _rejection(self, scaled: Tensor, temperature: float) -> Rejection | None:
        """Return when the model says "unknown", by the clips that set its temperature; None where they are too few.

        `scaled` holds their logits, divided by it.
        """
        held_back = self.prepared.data.held_back
        if held_back is None:
            return None
        scores = _scores(scaled)
        found = fit_rejection(scores, held_back.targets.numpy(), held_back.classes)
        if found is None:
            return None
        refused = share_refused(found, scores, held_back.targets.numpy(), held_back.classes)
        strange = self._strange()
        named = share_named(found, _scores(self._logits(strange) / temperature), held_back.classes)
        how = (
            f"That refuses {refused:.1%} of what is judged right among the {len(held_back)} windows by which the limit "
            f"was chosen; {named:.1%} of {len(strange)} calculated noises, hums and crackles are still given a class."
        )
        return replace(found, how=how)

    def _strange(self) -> ClipSet:
        """Return calculated backgrounds, babble aside, as clips; what stands in for their classes means nothing."""
        train, rate_hz = self.prepared.data.train, self.config.sound.sample_rate_hz
        voices = train.floats(torch.arange(1)).numpy()
        count = _as_many(12 * STRANGE_DOZENS, train)
        made = synthetic_backgrounds(count, voices, rate_hz, np.random.default_rng(STRANGE_SEED))
        made = made[np.arange(len(made)) % 12 < 9]  # the last kinds are babble, of voices that it may know
        nothing = torch.zeros(len(made), dtype=torch.int64)
        return replace(
            train,
            waveforms=torch.from_numpy((made * (FULL_SCALE - 1)).astype(np.int16)),
            targets=nothing,
            words=nothing,
            weights=torch.ones(len(made)),
            groups=("",) * len(made),
        )

    def _results(self, held_back: Tensor | None, temperature: float) -> Results | None:
        """Return what the test clips say, or else those that chose the best round, or None where there are neither.

        `held_back` holds the logits of the latter, divided by the temperature.
        """
        test = self.prepared.test
        clips = test or self.prepared.data.held_back
        scaled = held_back if test is None else self._logits(test) / temperature
        if clips is None or scaled is None:
            return None
        found = asdict(evaluate(scaled, clips.targets, clips.classes, clips.groups))
        of_classes = dict(zip(found.pop("classes"), found.pop("class_accuracy"), strict=True))
        return Results(how=self._how(clips), class_accuracy=of_classes, **found)

    def _how(self, clips: ClipSet) -> str:
        leaks = self.prepared.corpus.divided.leaks
        held_back = (
            "that were held back to measure on"
            if clips is self.prepared.test
            else ("that chose the best round and set the temperature, so they flatter a little")
        )
        division = leaks.sentence() if leaks else "No speaker, source or file stands on two sides of the split."
        few = " So few tell little." if len(clips) < FEW_WINDOWS else ""
        return f"Measured on {counted(len(clips), 'window')} of clips {held_back}.{few} {division}"


def _scores(scaled: Tensor) -> npt.NDArray[np.float32]:
    scores: npt.NDArray[np.float32] = scaled.softmax(dim=1).numpy()
    return scores


def _held_back(clips: ClipSet | None) -> HeldBack | None:
    """Return a sample of the clips that chose the best round, as the compiler wants them."""
    if clips is None:
        return None
    rows = torch.linspace(0, len(clips) - 1, min(len(clips), _as_many(MOST_COMPARED, clips))).long()
    return HeldBack(clips.floats(rows).numpy(), clips.targets[rows].numpy())


def _as_many(wanted: int, clips: ClipSet) -> int:
    """Return how many windows as long as those of `clips` are held in memory at once: those wanted, if they fit."""
    return min(wanted, max(FEWEST_AT_ONCE, MOST_SAMPLES // clips.waveforms.shape[1]))


def use_threads(count: int) -> None:
    """Let torch use so many threads; 0 for all cores but one."""
    torch.set_num_threads(count or max(1, (os.cpu_count() or 1) - 1))
