"""The shipped recipe of commands12 without the speakers of a fold, kept as a model file: a stream is made of them."""

from dataclasses import asdict
from pathlib import Path

import torch

from desktop_app.classifier.checkpoint import save_checkpoint
from desktop_app.classifier.engines.compiling import compile_model
from desktop_app.classifier.measuring.evaluation import evaluate, fit_temperature
from desktop_app.classifier.training import TrainingSettings
from tools import shipping, train_commands12
from tools.compile_models import with_backgrounds
from tools.evaluation.commands12 import NETWORK, Options, split_of
from tools.shipping import About
from tools.speech_material import kept, sources_of
from tools.train_commands12 import AUGMENTATION, CALIBRATION_WINDOWS, CLASS_SHARES, CLASSES, load_material

HOW = "Measured on the speakers of fold {fold}, a fifth of all by a hash of their name, who were not learnt from."


def write_fold_model(path: Path, data: Path, fold: str, options: Options) -> None:
    """Train as `measure_fold` does and write the weights with a card, and the int8 network beside them."""
    material, split = load_material(data, options.spoken), split_of(fold)
    settings = TrainingSettings(
        epochs=options.epochs, bfloat16=options.bfloat16, class_shares=CLASS_SHARES, augmentation=AUGMENTATION
    )
    learning = train_commands12.training_data(material, split)
    made = train_commands12.trained(learning, NETWORK, settings)
    validation, test = (kept(material.benchmark, wanted) for wanted in (split.in_validation, split.in_test))
    temperature = fit_temperature(made.logits(validation), validation.targets)
    results = evaluate(made.logits(test) / temperature, test.targets, CLASSES, test.groups)
    about = About(
        name=path.stem,
        title=f"commands12 without the speakers of fold {fold}",
        licence="CC BY 4.0",
        intended_use="Measuring false alarms; it does not ship.",
        limits="It has learnt from fewer speakers than the model that ships.",
        how=HOW.format(fold=fold),
    )
    measured = {"temperature": temperature, "results": asdict(results)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(path, made.network, shipping.card_of(about, made, settings, measured, sources_of(material)))
    learnt = kept(material.benchmark, split.in_training)
    drawn = torch.randperm(len(learnt), generator=torch.Generator().manual_seed(1))[:CALIBRATION_WINDOWS]
    calibration = learnt.floats(drawn).numpy()
    compile_model(path, with_backgrounds(calibration, made.front_end.sample_rate_hz))
