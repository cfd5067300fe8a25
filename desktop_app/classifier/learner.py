"""A network while it learns, and all that must be kept so that it can go on another day as if nothing had happened."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from desktop_app.classifier.batches import Batch
from desktop_app.classifier.networks import Network
from desktop_app.classifier.training_settings import TrainingSettings
from desktop_app.errors import UserError

FEWEST_AT_ONCE = 4  # batch norm needs two clips in each part
OPTIMISERS: Mapping[str, type[torch.optim.AdamW] | type[torch.optim.Adam]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
}


@dataclass(frozen=True)
class LearnerState:
    """Everything that changes while a network learns."""

    tensors: Mapping[str, Tensor]
    """Weights, their average, the optimiser's moments."""
    values: Mapping[str, Any]
    """The rest, as JSON has it."""


class Learner:
    """A network, its running average, optimiser and schedule. One thread at a time."""

    def __init__(self, network: Network, sizes: tuple[int, int], settings: TrainingSettings, steps: int) -> None:
        """Begin with the weights of `network`, which stays as it is.

        `sizes` are the numbers of classes and of words, `steps` all steps of the training. UserError where settings
        name a device or an optimiser that is not there.
        """
        self.device = choose_device(settings.device)
        self.settings = settings
        self.classes = sizes[0]
        self.at_once = settings.batch_size
        self.notes: list[str] = []
        self.network = copy.deepcopy(network).to(self.device)
        self.average = copy.deepcopy(self.network)
        torch.manual_seed(settings.seed)
        self.word_head = nn.Linear(network.width, sizes[1]).to(self.device)
        weights = [*self.network.parameters(), *self.word_head.parameters()]
        kind = OPTIMISERS.get(settings.optimiser)
        if kind is None:
            raise UserError(f"There is no optimiser “{settings.optimiser}”; choose one of {', '.join(OPTIMISERS)}.")
        self.optimiser = kind(weights, lr=settings.max_rate, weight_decay=settings.weight_decay)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, settings.max_rate, total_steps=steps)

    def learn(self, batch: Batch) -> tuple[float, int]:
        """Take one step and return the mean loss and the number of clips judged right.

        Where the memory does not hold the batch it goes through the network in two halves, from then on.
        """
        loss, right = self._gradients_that_fit(batch)
        self.optimiser.step()
        self.schedule.step()
        done = self.schedule.last_epoch
        average_into(self.average, self.network, min(self.settings.average, done / (done + 9)))
        return loss, right

    def learn_at(self, batch: Batch, rate: float) -> float:
        """Take one step at a rate of its own, beside the schedule, and return the mean loss."""
        loss, _ = self._gradients_that_fit(batch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        return loss

    def _gradients_that_fit(self, batch: Batch) -> tuple[float, int]:
        while True:
            try:
                return self._gradients(*batch)
            except (RuntimeError, MemoryError) as reason:
                self._halve(reason, len(batch[0]))

    def _gradients(self, features: Tensor, targets: Tensor) -> tuple[float, int]:
        """Leave the gradients of a batch in the weights."""
        self.optimiser.zero_grad()
        pieces = -(-len(features) // self.at_once)
        total, right = 0.0, 0
        for x, y in zip(features.tensor_split(pieces), targets.tensor_split(pieces), strict=True):
            loss, word_loss, hits = self._losses(x.to(self.device), y.to(self.device))
            share = len(x) / len(features)
            torch.autograd.backward((loss + self.settings.word_share * word_loss) * share)
            total += float(loss.detach()) * share
            right += hits
        return total, right

    def _losses(self, features: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, int]:
        """Return the loss, that of the words, and the number of clips judged right."""
        classes, smoothing = targets[:, : self.classes], self.settings.label_smoothing
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.bfloat16):
            vectors = self.network.embed(features)  # (batch, width)
            logits, word_logits = self.network.head(vectors).float(), self.word_head(vectors).float()
        loss = cross_entropy(logits, classes, label_smoothing=smoothing)
        word_loss = cross_entropy(word_logits, targets[:, self.classes :], label_smoothing=smoothing)
        return loss, word_loss, int((logits.argmax(dim=1) == classes.argmax(dim=1)).sum())

    def _halve(self, reason: BaseException, clips: int) -> None:
        """Halve what goes through the network at a time, or raise `reason` where memory was not the matter."""
        if not out_of_memory(reason):
            raise reason
        self.at_once = min(self.at_once, clips) // 2
        if self.at_once < FEWEST_AT_ONCE:
            raise UserError(
                "There is not enough memory to train this network; choose a smaller one, or close other programs."
            ) from reason
        self.notes.append(f"Memory ran out: from here on {self.at_once} clips go through the network at a time.")
        self.optimiser.zero_grad()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def state(self) -> LearnerState:
        """Return a copy of everything that changes."""
        optimiser = self.optimiser.state_dict()
        parts = {"network": self.network, "average": self.average, "words": self.word_head}
        tensors = {f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()}
        for index, of_weight in optimiser["state"].items():
            tensors |= {f"optimiser.{index}.{key}": value for key, value in of_weight.items()}
        values = {
            "groups": optimiser["param_groups"],
            "schedule": self.schedule.state_dict(),
            "at_once": self.at_once,
        }
        return LearnerState(
            {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}, values
        )

    def restore(self, state: LearnerState) -> None:
        """Go on from a state; UserError where it is not one of this network and these settings."""
        try:
            for name, part in (("network", self.network), ("average", self.average), ("words", self.word_head)):
                part.load_state_dict(_part(state.tensors, name))
            self._restore_optimiser(state)
            self.schedule.load_state_dict(dict(state.values["schedule"]))
            self.at_once = int(state.values["at_once"])
        except (KeyError, TypeError, ValueError, RuntimeError) as reason:
            raise UserError("The checkpoint does not fit the run’s network and settings; start a new run.") from reason

    def _restore_optimiser(self, state: LearnerState) -> None:
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in _part(state.tensors, "optimiser").items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = value.clone()
        groups = [{**group, "betas": tuple(group["betas"])} for group in state.values["groups"]]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})


def choose_device(name: str) -> torch.device:
    """Return the device of that name, or for `auto` the first that is there: cuda, mps, cpu."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, is_there in there.items() if is_there))
    if not there.get(name):
        named = ", ".join(device for device, is_there in there.items() if is_there)
        raise UserError(f"The device “{name}” is not there for torch; choose one of {named}.")
    return torch.device(name)


def out_of_memory(reason: BaseException) -> bool:
    """Return whether an exception says that memory ran out, on the processor or on a GPU.

    What torch says of the processor's differs by system: “can't allocate memory”, “not enough memory” (Windows).
    """
    said = str(reason).lower()
    return isinstance(reason, MemoryError) or "out of memory" in said or "you tried to allocate" in said


@torch.no_grad()
def average_into(average: nn.Module, learner: nn.Module, decay: float) -> None:
    """Move the averaged weights and batch statistics towards the learner's."""
    for kept, new in zip(average.state_dict().values(), learner.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


def _part(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
