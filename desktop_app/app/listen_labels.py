"""Labels on the page where one listens: over the sound, in their dock, in the list of files, and by keys."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.summaries import RecordingVerdict
from desktop_app.app.core import Core
from desktop_app.audio.sources import FoundFile
from desktop_app.services.label_verdicts import LabelVerdicts
from desktop_app.services.labelling import Labelling
from desktop_app.services.listening import Listening
from desktop_app.ui.folder_panel import FolderPanel
from desktop_app.ui.labels.class_keys import ClassKeys
from desktop_app.ui.labels.label_panel import LabelPanel
from desktop_app.ui.labels.marks import Marks
from desktop_app.ui.timeline import Timeline

NUDGE_STEP = 0.005
"""Part of what is visible."""


class ListenLabels(QObject):
    """Owns the services and the dock of labels and wires them to the rest of the page. GUI thread only."""

    def __init__(self, core: Core, timeline: Timeline, folder_panel: FolderPanel, listening: Listening) -> None:
        super().__init__()
        self.labelling = Labelling(core.project, core.session)
        self.verdicts = LabelVerdicts(core.project)
        self.panel = LabelPanel(self.labelling)
        self._core = core
        self._timeline = timeline
        self._folder_panel = folder_panel
        self._listening = listening
        self._wire_labelling()
        self._wire_scheme()
        self._wire_list()

    def doings(self) -> dict[str, Callable[[], object]]:
        """Return what the actions of labels do, by their names."""
        labelling = self.labelling
        return {
            "label": self._type_label,
            "accept": labelling.accept_or_repeat,
            "reject": labelling.reject,
            "uncertain": lambda: labelling.judge(Status.UNCERTAIN),
            "repeat_label": labelling.repeat_label,
            "mark": labelling.mark_play_head,
            "previous_label": lambda: labelling.step(-1),
            "next_label": lambda: labelling.step(1),
            "split": labelling.split,
            "merge": labelling.merge,
            "duplicate": labelling.duplicate,
            "nudge_left": lambda: labelling.nudge(-NUDGE_STEP * self._timeline.view.span_s),
            "nudge_right": lambda: labelling.nudge(NUDGE_STEP * self._timeline.view.span_s),
            "turn_channel": labelling.turn_channel,
            "delete_label": labelling.delete,
        }

    def take_keys_on(self, page: QWidget) -> None:
        """Let the keys of the classes label wherever the keyboard is on a page."""
        keys = ClassKeys(page)
        keys.pressed.connect(lambda name, beside: self.labelling.label(name, beside=beside))
        self._core.project.scheme_changed.connect(keys.show_scheme)

    def _wire_labelling(self) -> None:
        labelling, gestures = self.labelling, self._timeline.gestures
        labelling.changed.connect(self._show_annotations)
        labelling.refused.connect(self._core.messages.info)
        labelling.gone_to.connect(self._timeline.reveal)
        labelling.nothing_to_judge.connect(self._play_again)
        labelling.went_on.connect(lambda: self._folder_panel.step(1))
        self._timeline.engine.opened.connect(lambda opened: labelling.note_length(opened.duration_s, opened.channels))
        self.panel.play_wanted.connect(self._listening.play)
        self.panel.entry.left.connect(self._folder_panel.setFocus)
        gestures.touched.connect(self._leave_list)
        gestures.annotation_clicked.connect(labelling.click)
        gestures.nothing_clicked.connect(labelling.clear)
        gestures.reshaped.connect(labelling.reshape)

    def _leave_list(self) -> None:
        """With Raven's keys, let the arrows walk through the annotations once a hand went to the sound."""
        listing = self._folder_panel.view
        if self._core.settings.values.key_preset == "raven" and listing.hasFocus():
            listing.clearFocus()

    def _wire_scheme(self) -> None:
        project, panel = self._core.project, self.panel
        project.scheme_changed.connect(panel.show_scheme)
        project.closed.connect(lambda: panel.show_scheme(project.scheme))
        project.scheme_changed.connect(lambda scheme: self._folder_panel.view.colour_labels(scheme.colour))

    def _wire_list(self) -> None:
        self.verdicts.changed.connect(self._show_labels)
        self.verdicts.cleared.connect(self._folder_panel.model.clear_labels)

    def show_known(self, files: list[FoundFile]) -> None:
        """Fill in the labels of files that were found after their labels had been read."""
        known = ((file.path, self.verdicts.of(file.path)) for file in files)
        self._folder_panel.model.set_labels((path, verdict) for path, verdict in known if verdict is not None)

    def _show_labels(self, verdicts: list[RecordingVerdict]) -> None:
        self._folder_panel.model.set_labels((self.verdicts.path_of(each), each) for each in verdicts)

    def _show_annotations(self) -> None:
        labelling = self.labelling
        self._timeline.set_marks(Marks(labelling.annotations, labelling.selected_ids), self._core.project.scheme.colour)

    def _play_again(self) -> None:
        path: Path | None = self._core.session.recording
        if path is not None:
            self._listening.play_file(path)

    def _type_label(self) -> None:
        self.panel.entry.setFocus()
        self.panel.entry.selectAll()
