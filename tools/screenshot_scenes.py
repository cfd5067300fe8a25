"""What is done in the window before each picture. A scene yields the name of a picture whenever one is to be taken."""

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from tools.screenshot_sounds import write_an_hour, write_animals, write_words
from tools.screenshot_stage import GARDEN, Stage

if TYPE_CHECKING:
    from desktop_app.ui.evaluation.page import EvaluationPage
    from desktop_app.ui.training.panel import TrainingPanel

Scene = Callable[[Stage], Iterator[str]]
MOVING = frozenset({"train"})
"""Pictures of something that goes on: they are taken at once."""
BANDS_HZ = {"warbler": (3_000.0, 6_400.0), "cuckoo": (450.0, 900.0)}
ROUND_SHOWN = 10


def welcome(stage: Stage) -> Iterator[str]:
    """The first start."""
    yield "welcome"


def samples(stage: Stage) -> Iterator[str]:
    """Listen to the samples, then let the model judge them."""
    stage.show(stage.sample("six-words-in-a-row.mp3"))
    yield "samples"
    stage.classify()
    stage.show(stage.sample(GARDEN))
    yield "window-light"
    stage.use_theme("dark")
    yield "window-dark"


def spectrum(stage: Stage) -> Iterator[str]:
    """Select a box and look at its spectrum."""
    stage.show(stage.sample("warbler.flac"))
    stage.bring_up("Spectrum")
    stage.select(0.84, 1.52, 3_200, 6_200)
    yield "spectrum"


def labelling(stage: Stage) -> Iterator[str]:
    """Label birds with boxes and words with stretches; then look at all labels in a table."""
    stage.show(stage.sample(GARDEN))
    stage.label_garden(180.0, BANDS_HZ)
    stage.earmark.listen.timeline.show_range(17.0, 46.0)
    first = next(each for each in stage.earmark.listen.labelling.annotations if (each.onset_s or 0) > 33)
    stage.earmark.listen.labelling.select({first.id})
    yield "labelling"
    for name, label in (("cuckoo.ogg", "cuckoo"), ("frogs-stereo.flac", "frog"), ("bell.flac", "bell")):
        stage.show(stage.sample(name))
        stage.earmark.listen.labelling.label(label)
    stage.go_to("labels")
    yield "labels"


def reviewing(stage: Stage) -> Iterator[str]:
    """Go through what the model says, the least sure first."""
    stage.show(stage.sample("six-words-in-a-row.mp3"))
    stage.classify()
    stage.earmark.listen.folder_panel.set_filter("status:draft")
    stage.earmark.listen.labelling.step(1)
    for _ in range(2):
        stage.act("accept")
    yield "reviewing"


def learning(stage: Stage) -> Iterator[str]:
    """Teach a network four animals, and look at it while it learns."""
    folder = stage.folder / "animals"
    write_animals(folder)
    stage.open_folder(folder)
    page = cast("TrainingPanel", stage.go_to("train"))
    page.recipe.choose("fast")
    page.data.choose(folder)
    stage.until(page.run.start.isEnabled)
    page.editor.put("training.clips_per_epoch", 256)
    page.run.start.click()
    stage.until(lambda: page.run.words.startswith(f"Round {ROUND_SHOWN} of"))
    yield "train"


def evaluating(stage: Stage) -> Iterator[str]:
    """Measure the bundled model on words in ever more noise; then look at the models."""
    folder = stage.folder / "words"
    write_words(folder)
    stage.open_folder(folder)
    page = cast("EvaluationPage", stage.go_to("evaluate"))
    page.form.choose_data(folder)
    page.form.submit()
    stage.until(lambda: page.report is not None)
    yield "evaluate-confusion"
    page.result.plots.setCurrentIndex(1)
    yield "evaluate-flows"
    stage.go_to("models")
    yield "models"


def an_hour(stage: Stage) -> Iterator[str]:
    """A recording of one hour."""
    path = stage.folder / "night" / "night-22h.wav"
    path.parent.mkdir()
    write_an_hour(path)
    stage.use_theme("dark")
    stage.show(path)
    yield "hour-dark"


def exporting(stage: Stage) -> Iterator[str]:
    """A recording of two channels with a box selected, and the dialog that exports it."""
    stage.show(stage.sample("frogs-stereo.flac"))
    stage.select(1.0, 2.2, 500, 3_000)
    yield "stereo"
    stage.act("export")
    yield "export-dialog"


def damaged(stage: Stage) -> Iterator[str]:
    """Choose a damaged file."""
    folder = stage.folder / "field"
    folder.mkdir()
    for name in ("frogs-stereo.flac", "warbler.flac", "cuckoo.ogg"):
        shutil.copy(stage.sample(name), folder)
    (folder / "damaged.flac").write_bytes(b"fLaC" + bytes(4_000))
    stage.show(folder / "warbler.flac")
    stage.settle()
    stage.earmark.open(folder / "damaged.flac")
    yield "damaged"


def no_device(stage: Stage) -> Iterator[str]:
    """Play on a machine that has no sound device."""
    stage.show(stage.sample("six-words-in-a-row.mp3"))
    stage.act("play")
    yield "error-bar"


def dialogs(stage: Stage) -> Iterator[str]:
    """The preferences, and the sheet of all keys."""
    stage.show(stage.sample("warbler.flac"))
    stage.act("preferences")
    yield "preferences"
    stage.close_dialog()
    stage.act("keys")
    yield "keys"


SCENES: dict[str, Scene] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        welcome,
        samples,
        spectrum,
        labelling,
        reviewing,
        learning,
        evaluating,
        an_hour,
        exporting,
        damaged,
        no_device,
        dialogs,
    )
}
