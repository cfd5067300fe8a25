"""The running job in the transport bar: what it does, how far it is, pause and cancel."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop_app.services.jobs import Job, JobRunner, Progress
from desktop_app.ui.theme import Theme, icon
from desktop_app.ui.widgets import quiet_button, role_label

UNKNOWN_TOTAL = 0


def waiting_words(seconds: float) -> str:
    """Return a time to wait as people say it: 8 s, 3 min, 1 h 20 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def progress_words(progress: Progress) -> str:
    """Return the line under a running job: the job's own words, then the time left."""
    words = progress.text or (f"{progress.done:,.0f} of {progress.total:,.0f}" if progress.total else "")
    if progress.seconds_left is not None and progress.seconds_left >= 1:
        words += f" · {waiting_words(progress.seconds_left)} left"
    return words


class JobStrip(QWidget):
    """Shows the newest job that has a title; others wait behind it and are counted."""

    def __init__(self, runner: JobRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._jobs: list[Job] = []
        self._lay_out()
        theme.changed.connect(self._tint)
        runner.started.connect(self._add)
        runner.ended.connect(self._remove)
        self._show_current()

    @property
    def current(self) -> Job | None:
        """Return the job on screen."""
        return self._jobs[-1] if self._jobs else None

    def cancel_current(self) -> None:
        """Cancel the job on screen."""
        if self.current is not None:
            self.current.cancel()

    def _lay_out(self) -> None:
        self._text = role_label()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(64)  # in a small window the words need the room
        self._bar.setMaximumWidth(160)
        self._bar.setAccessibleName("Progress")
        self._pause = quiet_button("Pause job", "Pause this job", self._toggle_pause)
        self._cancel = quiet_button("Cancel job", "Cancel this job (Shift+F8)", self.cancel_current)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._text, self._bar, self._pause, self._cancel):
            row.addWidget(widget, alignment=Qt.AlignmentFlag.AlignVCenter)

    def _add(self, job: Job) -> None:
        if job.title:
            self._jobs.append(job)
            job.progressed.connect(lambda _: self._show_progress(job))
            self._show_current()

    def _remove(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
            self._show_current()

    def _show_current(self) -> None:
        self.setVisible(bool(self._jobs))
        if self.current is not None:
            self._tint()
            self._show_progress(self.current)

    def _show_progress(self, job: Job) -> None:
        if job is not self.current:
            return
        progress = job.progress
        words = "paused" if job.is_paused else progress_words(progress)
        others = f" (+{len(self._jobs) - 1})" if len(self._jobs) > 1 else ""
        self._text.setText(f"{job.title}: {words}{others}" if words else f"{job.title}…{others}")
        fraction = progress.fraction
        self._bar.setRange(0, 1000 if fraction is not None else UNKNOWN_TOTAL)
        self._bar.setValue(round(1000 * (fraction or 0)))

    def _toggle_pause(self) -> None:
        job = self.current
        if job is None:
            return
        if job.is_paused:
            job.resume()
        else:
            job.pause()
        self._tint()
        self._show_progress(job)

    def _tint(self) -> None:
        tones = self._theme.tones
        paused = self.current is not None and self.current.is_paused
        self._pause.setIcon(icon("play" if paused else "pause", tones))
        self._pause.setToolTip("Go on with this job" if paused else "Pause this job")
        self._cancel.setIcon(icon("close", tones))
