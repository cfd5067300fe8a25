"""The pictures of docs/evaluation.md: confusion of the shipped models, curves and flows of the seed recipe."""

from collections.abc import Mapping
from pathlib import Path

from desktop_app.audio.atomic import replacing
from desktop_app.classifier.reports.confusion_plots import alluvial_plot, confusion_plot
from desktop_app.classifier.reports.svg import Drawing, png_of
from desktop_app.classifier.reports.training_plots import curves_plot
from tools.evaluation.folds import Values
from tools.evaluation.summary import Summary

SEEDS = ("seed_steady", "seed")


def write_pictures(model: str, recipes: Mapping[str, Summary], folder: Path) -> dict[str, str]:
    """Write what there is to see of a model, and return the names of the files by what they show."""
    drawings: dict[str, Drawing] = {}
    if "shipped" in recipes:
        drawings[f"{model}, shipped: confusion"] = confusion_plot(
            recipes["shipped"].classes, recipes["shipped"].confusion
        )
    for recipe in SEEDS:
        if recipe in recipes:
            found = recipes[recipe]
            drawings[f"{model}, {recipe}: curves"] = curves_of(found.folds[0])
            drawings[f"{model}, {recipe}: flows"] = alluvial_plot(found.classes, found.confusion)
    folder.mkdir(parents=True, exist_ok=True)
    names = {title: f"{title.replace(', ', '-').replace(': ', '-')}.png" for title in drawings}
    for title, drawing in drawings.items():
        with replacing(folder / names[title]) as file:
            file.write(png_of(drawing.to_svg()))
    return names


def curves_of(fold: Values) -> Drawing:
    """Return loss and accuracy of each round of a training."""
    loss, accuracy, held_back_loss, held_back_accuracy = (
        [point[name] for point in fold["curve"]]
        for name in ("loss", "accuracy", "held_back_loss", "held_back_accuracy")
    )
    best = fold.get("best_epoch") or len(loss)
    return curves_plot((loss, accuracy), (held_back_loss, held_back_accuracy), best)
