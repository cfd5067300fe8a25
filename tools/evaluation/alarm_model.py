"""The shipped recipe of commands12 without the speakers of a fold, kept as a model file: a stream is made of them."""

from dataclasses import asdict
from pathlib import Path

import torch

from desktop_app.classifier.checkpoint import save_checkpoint
from desktop_app.classifier.engines.compiling import compile_model
from tools import shipping
from tools.compile_models import with_backgrounds
from tools.evaluation.commands12 import Options, Trained, material_of, split_of
from tools.shipping import About
from tools.speech_material import kept, sources_of
from tools.train_commands12 import CALIBRATION_WINDOWS

HOW = "Measured on the speakers of fold {fold}, a fifth of all by a hash of their name, who were not learnt from."


def write_fold_model(path: Path, trained: Trained, data: Path, fold: str, options: Options) -> None:
    """Write the weights of a fold's network with a card, and the int8 network beside them."""
    about = About(
        name=path.stem,
        title=f"commands12 without the speakers of fold {fold}",
        licence="CC BY 4.0",
        intended_use="Measuring false alarms; it does not ship.",
        limits="It has learnt from fewer speakers than the model that ships.",
        how=HOW.format(fold=fold),
    )
    material, made = material_of(data, options.spoken), trained.run.made
    measured = {"temperature": trained.temperature, "results": asdict(trained.results)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(path, made.network, shipping.card_of(about, made, options.settings, measured, sources_of(material)))
    learnt = kept(material.benchmark, split_of(fold).in_training)
    drawn = torch.randperm(len(learnt), generator=torch.Generator().manual_seed(1))[:CALIBRATION_WINDOWS]
    calibration = learnt.floats(drawn).numpy()
    compile_model(path, with_backgrounds(calibration, made.front_end.sample_rate_hz))
