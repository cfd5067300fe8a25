"""Everything the window can be told to do: one row of data an action, read by menus, tooltips and the key sheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTableView,
    QWidget,
)

from desktop_app.ui.key_presets import PRESETS, keys_of
from desktop_app.ui.theme import Theme, icon


@dataclass(frozen=True)
class ActionSpec:
    """One thing to do."""

    name: str
    """The word the code uses."""
    group: str
    """Heading on the key sheet and menu it stands in."""
    text: str
    keys: tuple[str, ...] = ()
    """Shortcuts in Qt's portable notation, where no preset has others; the first is the one shown."""
    icon: str = ""
    tip: str = ""
    """What it does, in a few words; the text serves where this is empty."""
    checkable: bool = False
    place: str = ""
    """The pages on which alone it does something, with spaces between; everywhere where this is empty."""


MENUS = ("File", "Go", "Play", "Label", "View", "Folder", "Help")
"""The menus, in their order; those without a row have none."""

SPECS: tuple[ActionSpec, ...] = (
    ActionSpec("open_folder", "File", "Open folder…", ("Ctrl+O",), "folder-open", "Open a folder of sound"),
    ActionSpec("open_samples", "File", "Open the samples", (), "samples", "Open the recordings that come with Earmark"),
    ActionSpec("rescan", "File", "Look for new files", ("F5",), "refresh", place="listen"),
    ActionSpec(
        "export",
        "File",
        "Export…",
        ("Ctrl+Shift+E",),
        "export",
        "Export the selection, the file or the chosen files",
        place="listen",
    ),
    ActionSpec("import_labels", "File", "Import labels…", (), "", "Bring in label files of other programs"),
    ActionSpec(
        "import_label_folder",
        "File",
        "Import a folder of labels…",
        tip="Bring in a folder of label files, of BirdNET's segments or of classes",
    ),
    ActionSpec("export_labels", "File", "Export labels…", (), "", "Write labels for other programs, or as clips"),
    ActionSpec(
        "save_table", "File", "Save the list as a table…", (), "", "Write the list of files, with labels, as CSV"
    ),
    ActionSpec("preferences", "File", "Preferences…", ("Ctrl+,",), "", "Keys, wheel, colours, sound, your name"),
    ActionSpec("quit", "File", "Quit", ("Ctrl+Q",)),
    ActionSpec("show_listen", "Go", "Listen", ("Alt+1",), "listen", "Listen to recordings and look at them", True),
    ActionSpec("show_live", "Go", "Live", ("Alt+2",), "live", "Listen to a microphone, and record it", True),
    ActionSpec("show_labels", "Go", "Labels", ("Alt+3",), "labels", "See and change all labels of the folder", True),
    ActionSpec("show_train", "Go", "Train", ("Alt+4",), "train", "Teach a network your own classes", True),
    ActionSpec(
        "show_evaluate", "Go", "Evaluate", ("Alt+5",), "evaluate", "See how good a model is on labelled clips", True
    ),
    ActionSpec("show_models", "Go", "Models", ("Alt+6",), "models", "Look after your models", True),
    ActionSpec("play", "Play", "Play or stop", ("Space",), "play", "Play from the play head, or the selection; stop"),
    ActionSpec("loop", "Play", "Loop the selection", ("Shift+Space",), "loop", "Play the selection again and again"),
    ActionSpec("back_out", "Play", "Stop, clear the selection", ("Esc",)),
    ActionSpec("record", "Play", "Record", ("R",), "record", "Record the microphone, with the sound from before", True),
    ActionSpec("previous_file", "Play", "Previous file", ("Ctrl+Up", "P"), "previous", place="listen"),
    ActionSpec("next_file", "Play", "Next file", ("Ctrl+Down", "N"), "next", place="listen"),
    ActionSpec("autoplay", "Play", "Autoplay", ("Shift+A",), "autoplay", "Play each file as it is selected", True),
    ActionSpec("to_start", "Play", "Go to the start", ("Home",), place="listen"),
    ActionSpec("to_end", "Play", "Go to the end", ("End",), place="listen"),
    ActionSpec("head_left", "Play", "Play head a little left", ("Ctrl+Left",), place="listen"),
    ActionSpec("head_right", "Play", "Play head a little right", ("Ctrl+Right",), place="listen"),
    ActionSpec("select_all", "Play", "Select everything", ("Ctrl+A",), place="listen live"),
    ActionSpec("select_left", "Play", "Selection one step shorter", ("Shift+Left",), place="listen"),
    ActionSpec("select_right", "Play", "Selection one step longer", ("Shift+Right",), place="listen"),
    ActionSpec("undo", "Label", "Undo", ("Ctrl+Z",), "", "Take the last change of labels back"),
    ActionSpec("redo", "Label", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "", "Do it again"),
    ActionSpec(
        "label", "Label", "Type a label", ("Ctrl+B",), "", "Label the selection, or the whole clip", place="listen"
    ),
    ActionSpec(
        "accept",
        "Label",
        "Accept, go on",
        ("Return", "Enter"),
        "",
        "Accept what is selected, or all drafts of the clip; give a fresh selection the last label",
        place="listen",
    ),
    ActionSpec(
        "reject",
        "Label",
        "Reject, go on",
        ("Del",),
        "",
        "Reject what a model said; delete what was drawn by hand",
        place="listen",
    ),
    ActionSpec("uncertain", "Label", "Uncertain, go on", ("U",), "", "Mark as uncertain", place="listen"),
    ActionSpec("repeat_label", "Label", "Repeat the last label", (".",), place="listen"),
    ActionSpec(
        "mark",
        "Label",
        "Mark the play head",
        ("Ctrl+M",),
        "",
        "Put a point at the play head, also while playing",
        place="listen",
    ),
    ActionSpec("previous_label", "Label", "Previous annotation", ("Alt+Left",), place="listen"),
    ActionSpec("next_label", "Label", "Next annotation", ("Alt+Right",), place="listen"),
    ActionSpec("split", "Label", "Split at the play head", ("Ctrl+I",), place="listen"),
    ActionSpec("merge", "Label", "Merge the selected", ("Ctrl+J",), place="listen"),
    ActionSpec("duplicate", "Label", "Duplicate", ("Ctrl+D",), place="listen"),
    ActionSpec("nudge_left", "Label", "Nudge left", ("Ctrl+Shift+Left",), place="listen"),
    ActionSpec("nudge_right", "Label", "Nudge right", ("Ctrl+Shift+Right",), place="listen"),
    ActionSpec(
        "turn_channel",
        "Label",
        "On the next channel",
        ("Alt+C",),
        "",
        "Put the selected annotations on the first channel, on each after it, on all again",
        place="listen",
    ),
    ActionSpec(
        "delete_label",
        "Label",
        "Delete for good",
        ("Shift+Del",),
        "",
        "Delete the selected annotations, whoever made them",
        place="listen",
    ),
    ActionSpec("zoom_in", "View", "Zoom in", ("+", "=", "Ctrl+=", "Ctrl+1"), "zoom-in", place="listen live"),
    ActionSpec("zoom_out", "View", "Zoom out", ("-", "Ctrl+-", "Ctrl+3"), "zoom-out", place="listen live"),
    ActionSpec("zoom_fit", "View", "Show the whole file", ("Ctrl+F",), "zoom-fit", place="listen live"),
    ActionSpec("zoom_selection", "View", "Zoom to the selection", ("Ctrl+E",), "zoom-selection", place="listen live"),
    ActionSpec("page_left", "View", "One page left", ("PgUp",), place="listen live"),
    ActionSpec("page_right", "View", "One page right", ("PgDown",), place="listen live"),
    ActionSpec("step_left", "View", "A little left", ("Left",), place="listen live"),
    ActionSpec("step_right", "View", "A little right", ("Right",), place="listen live"),
    ActionSpec("theme", "View", "Light or dark", ("Ctrl+Shift+D",), "theme", "Switch between light and dark"),
    ActionSpec("reset_layout", "View", "Restore the panels", (), place="listen"),
    ActionSpec(
        "find", "Folder", "Filter the files", ("/", "Ctrl+K"), "", "Type a name, or class:yes score<0.6", place="listen"
    ),
    ActionSpec(
        "classify",
        "Folder",
        "Classify the folder",
        ("F8",),
        "classify",
        "Let the model judge every file",
        place="listen",
    ),
    ActionSpec(
        "sort_score",
        "Folder",
        "Least sure first",
        ("F9",),
        "",
        "Sort by score, the least sure first; again: as in the folder",
        place="listen",
    ),
    ActionSpec("cancel_job", "Folder", "Cancel the running job", ("Shift+F8",), "close"),
    ActionSpec(
        "answer",
        "Help",
        "Do what the message offers",
        ("Alt+Return", "Alt+Enter"),
        "",
        "Press the button of the message",
    ),
    ActionSpec("close_message", "Help", "Close the message", ("Shift+Esc",)),
    ActionSpec("keys", "Help", "Keys", ("?", "F1"), "help", "Show all keys"),
)


OWN_KEYS: tuple[tuple[type[QWidget], tuple[str, ...]], ...] = (
    (QAbstractButton, ("play",)),
    (QLineEdit, ("accept", "back_out")),
    (QComboBox, ("accept", "play", "page_left", "page_right", "to_start", "to_end")),
    (QAbstractSlider, ("step_left", "step_right", "page_left", "page_right", "to_start", "to_end")),
    (QAbstractSpinBox, ("accept", "page_left", "page_right", "to_start", "to_end", "zoom_in", "zoom_out")),
    (
        QTableView,
        ("step_left", "step_right", "page_left", "page_right", "to_start", "to_end", "select_all"),
    ),
    (QAbstractItemView, ("page_left", "page_right", "to_start", "to_end", "select_all")),
)
"""Actions whose keys a focused widget of that kind needs for itself: Space presses a button, arrows move a slider."""

UP_AND_DOWN = ("Up", "Down")
"""Every widget in `OWN_KEYS` needs these; only a preset gives them to an action."""


class Actions(QObject):
    """The window's QActions by name, made from `SPECS`; icons follow the theme.

    Their keys, those of a preset, work in the whole window, except those that the focused widget needs for itself
    (`OWN_KEYS`). The window gets the actions by `addActions(actions.all())`.
    """

    def __init__(self, application: QApplication, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._preset = "earmark"
        self._actions = {spec.name: self._make(spec) for spec in SPECS}
        self._yielding: tuple[str, ...] | None = None
        application.focusChanged.connect(self._focus_moved)
        theme.changed.connect(self._tint)
        self._tint()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> list[QAction]:
        """Return every action, in table order."""
        return list(self._actions.values())

    def show_place(self, place: str) -> None:
        """Switch off what does nothing on the page called `place`."""
        for spec in SPECS:
            if spec.place:
                self._actions[spec.name].setEnabled(place in spec.place.split())

    @property
    def preset(self) -> str:
        """Return which program's keys are used, a key of `PRESETS`."""
        return self._preset

    def use_preset(self, preset: str) -> None:
        """Use the keys of a program, at once."""
        if preset == self._preset:
            return
        self._preset = preset
        for spec in SPECS:
            self._give_keys(spec)
            self._actions[spec.name].setToolTip(tooltip(spec, preset))

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.name)
        action.setShortcuts(sequences(spec.keys))
        wide = spec.name == "quit"  # from our dialogs too
        action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut if wide else Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(spec.checkable)
        action.setToolTip(tooltip(spec))
        return action

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Take the keys that the focused widget needs off their actions, and give back those it does not."""
        needed = next((names for kind, names in OWN_KEYS if isinstance(now, kind)), None)
        if needed == self._yielding:
            return
        self._yielding = needed
        for spec in SPECS:
            self._give_keys(spec)

    def _give_keys(self, spec: ActionSpec) -> None:
        """Give an action the keys of the preset that the focused widget leaves it."""
        keys = keys_of(self._preset, spec.name, spec.keys)
        if self._yielding is not None:
            needs_all = spec.name in self._yielding
            keys = tuple(key for key in keys if _is_letter(key) or not (needs_all or key in UP_AND_DOWN))
        action, wanted = self._actions[spec.name], sequences(keys)
        if action.shortcuts() != wanted:
            action.setShortcuts(wanted)

    def _tint(self) -> None:
        for spec in SPECS:
            self._actions[spec.name].setIcon(icon(spec.icon, self._theme.tones) if spec.icon else QIcon())


def _is_letter(key: str) -> bool:
    return len(key) == 1 and key.isalpha()


def sequences(keys: Iterable[str]) -> list[QKeySequence]:
    """Return shortcuts for Qt."""
    return [QKeySequence(key) for key in keys]


def shown_key(key: str) -> str:
    """Return a shortcut as this system writes it, with arrows and symbols where it has them."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def tooltip(spec: ActionSpec, preset: str = "earmark") -> str:
    """Return what the action does and its key in a preset, for the tooltip."""
    keys = keys_of(preset, spec.name, spec.keys)
    return f"{what_it_does(spec)} ({shown_key(keys[0])})" if keys else what_it_does(spec)


def what_it_does(spec: ActionSpec) -> str:
    """Return what the action does, in a few words."""
    return spec.tip or spec.text.removesuffix("…")


def grouped(preset: str) -> Iterator[tuple[str, list[tuple[ActionSpec, tuple[str, ...]]]]]:
    """Yield each group with its actions that have keys in a preset, and these keys, in table order."""
    for group in dict.fromkeys(spec.group for spec in SPECS):
        with_keys = ((spec, keys_of(preset, spec.name, spec.keys)) for spec in SPECS if spec.group == group)
        yield group, [(spec, keys) for spec, keys in with_keys if keys]


def letters() -> frozenset[str]:
    """Return the letters that do something in the window in some preset: they cannot be keys of classes."""
    used = (key for preset in PRESETS for spec in SPECS for key in keys_of(preset, spec.name, spec.keys))
    return frozenset(key.lower() for key in used if len(key) == 1)
