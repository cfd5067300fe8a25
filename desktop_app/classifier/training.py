"""The training loop, on one page."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import torch
from torch.nn.functional import cross_entropy

from desktop_app.classifier.batches import TrainingData, ahead, batches, sampling_weights, steps_per_epoch
from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.frontend import FrontEnd
from desktop_app.classifier.learner import Learner, LearnerState
from desktop_app.classifier.measuring.evaluation import logits_of
from desktop_app.classifier.networks import Network
from desktop_app.classifier.training_reports import EpochReport, StepReport
from desktop_app.classifier.training_settings import TrainingSettings
from desktop_app.errors import UserError

__all__ = ["EpochReport", "StepReport", "Training", "TrainingData", "TrainingSettings", "sampling_weights", "train"]


def train(
    network: Network, front_end: FrontEnd, data: TrainingData, settings: TrainingSettings
) -> Iterator[EpochReport]:
    """Train `network` in place and report after each round; closing the generator keeps the average so far."""
    yield from Training(network, front_end, data, settings).rounds()


class Training:
    """A network being trained, which can be set aside after a round and taken up again. One thread at a time."""

    def __init__(self, network: Network, front_end: FrontEnd, data: TrainingData, settings: TrainingSettings) -> None:
        self.network, self.front_end, self.data, self.settings = network, front_end, data, settings
        self.steps = steps_per_epoch(data, settings)
        sizes = (len(data.train.classes), len(data.train.word_names))
        self._learner = Learner(network, sizes, settings, settings.epochs * self.steps)
        self.epochs_done = 0
        self.best_epoch = 0
        self.best_loss = math.inf

    def rounds(self, watch: Callable[[StepReport], None] = lambda step: None) -> Iterator[EpochReport]:
        """Train on and report after each round; `network` then holds the averaged weights of that moment.

        Plain Adam or AdamW with one-cycle rates (Smith and Topin 2019). All chance in a round comes from the seed and
        the round's number, so that a training taken up again goes on exactly as if it had never stopped. `watch` is
        told after each step and may raise to stop. UserError where the loss is no number any more. Uses torch's number
        of threads, and one to prepare batches.
        """
        while self.epochs_done < self.settings.epochs and not self._out_of_patience():
            epoch, started = self.epochs_done + 1, time.monotonic()
            loss, accuracy = self._round(epoch, watch)
            self.epochs_done = epoch
            held_back_loss, held_back_accuracy = measure(self._learner.average, self.front_end, self.data.held_back)
            self.network.load_state_dict(self._learner.average.state_dict())
            self.network.eval()
            best = held_back_loss is None or held_back_loss < self.best_loss
            if best:
                self.best_epoch, self.best_loss = epoch, math.inf if held_back_loss is None else held_back_loss
            notes, self._learner.notes = tuple(self._learner.notes), []
            rate = float(self._learner.schedule.get_last_lr()[0])
            seconds = time.monotonic() - started
            yield EpochReport(
                epoch, rate, loss, accuracy, held_back_loss, held_back_accuracy, seconds, best=best, notes=notes
            )

    def _round(self, epoch: int, watch: Callable[[StepReport], None]) -> tuple[float, float]:
        """Take the steps of one round and return its mean loss and the share judged right."""
        seed = self.settings.seed * 1_000_003 + epoch
        draw = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)  # dropout
        self._learner.network.train()
        total, right, seen = 0.0, 0, 0
        with (
            torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True),
            closing(ahead(batches(self.front_end, self.data, self.settings, draw))) as upcoming,
        ):
            for step, batch in enumerate(upcoming, 1):
                loss, hits = self._learner.learn(batch)
                if not math.isfinite(loss):
                    raise UserError(f"The loss is no number any more in round {epoch}; choose a lower max_rate.")
                total, right, seen = total + loss, right + hits, seen + len(batch[0])
                watch(StepReport(epoch, step, self.steps, total / step, right / seen))
        return total / self.steps, right / seen

    def _out_of_patience(self) -> bool:
        if not self.settings.patience or self.data.held_back is None:
            return False
        counts_from = max(self.best_epoch, math.floor(self.settings.patience_from * self.settings.epochs))
        return self.epochs_done - counts_from >= self.settings.patience

    def state(self) -> LearnerState:
        """Return everything that `restore` needs, as of the last round."""
        state = self._learner.state()
        so_far = {
            "epochs_done": self.epochs_done,
            "best_epoch": self.best_epoch,
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
        }
        return LearnerState(state.tensors, {**state.values, **so_far})

    def restore(self, state: LearnerState) -> None:
        """Go on after the round of a state; UserError where it is not one of this network, data and settings."""
        self._learner.restore(state)
        best_loss = state.values["best_loss"]
        self.epochs_done, self.best_epoch = int(state.values["epochs_done"]), int(state.values["best_epoch"])
        self.best_loss = math.inf if best_loss is None else float(best_loss)
        self.network.load_state_dict(self._learner.average.state_dict())
        self.network.eval()


def measure(network: Network, front_end: FrontEnd, clips: ClipSet | None) -> tuple[float, float] | tuple[None, None]:
    """Return loss and accuracy on clips as they are, or None twice where there are no clips."""
    if clips is None:
        return None, None
    logits = logits_of(network, front_end, clips)
    right = (logits.argmax(dim=1) == clips.targets).float().mean()
    return float(cross_entropy(logits, clips.targets)), float(right)
