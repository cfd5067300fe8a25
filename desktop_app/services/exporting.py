"""Exporting many clips in one job; a clip that fails is told at the end and stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject

from desktop_app.audio.clips import ClipRequest, ExportSettings, export_clips
from desktop_app.audio.writer import SaveReport
from desktop_app.services.jobs import Job, JobContext, JobRunner
from desktop_app.words import counted


@dataclass(frozen=True)
class ExportResult:
    """What became of an export."""

    folder: Path
    written: list[SaveReport] = field(default_factory=list)
    failures: list[tuple[ClipRequest, str]] = field(default_factory=list)
    """Clips that were not written, and why."""

    @property
    def clipped(self) -> int:
        """Return how many samples were cut to full scale, in all files together."""
        return sum(report.clipped for report in self.written)

    @property
    def words(self) -> str:
        """Return the result as a sentence or two."""
        count, all_count = len(self.written), len(self.written) + len(self.failures)
        files = f"{count:,} of {counted(all_count, 'file')}" if self.failures else counted(count, "file")
        were = "was" if max(count, all_count) == 1 else "were"
        sentences = [f"{files} {were} written to {self.folder}."]
        if self.clipped:
            loud = sum(report.clipped > 0 for report in self.written)
            sentences.append(
                f"In {counted(loud, 'file')}, {counted(self.clipped, 'sample')} beyond full scale "
                f"{'was' if self.clipped == 1 else 'were'} cut: float encodings keep such samples."
            )
        return " ".join(sentences)


class Exporting(QObject):
    """Starts export jobs. GUI thread only."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner

    def start(self, requests: Sequence[ClipRequest], folder: Path, settings: ExportSettings) -> Job:
        """Write clips into a folder; the job's `finished` carries an ExportResult.

        `failed` where the pattern or format is wrong for all of them. A cancelled export keeps the files that were
        complete and leaves no half of one.
        """
        return self._runner.start(_export, tuple(requests), folder, settings, title="Exporting")


def _export(
    context: JobContext, requests: tuple[ClipRequest, ...], folder: Path, settings: ExportSettings
) -> ExportResult:
    result = ExportResult(folder)
    done = 0

    def progress(frames: int, wanted: int) -> None:
        context.checkpoint()
        context.report(done + frames / max(wanted, 1), len(requests), f"{done + 1:,} of {len(requests):,} files")

    for request, outcome in export_clips(requests, folder, settings, progress=progress):
        context.checkpoint()
        done += 1
        if isinstance(outcome, SaveReport):
            result.written.append(outcome)
        else:
            result.failures.append((request, str(outcome)))
        context.report(done, len(requests), f"{done:,} of {len(requests):,} files")
    return result
