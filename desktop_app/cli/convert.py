"""`earmark convert`: labels of one program into those of another."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.audio.clips import ExportSettings
from desktop_app.audio.formats import format_named as audio_format_named
from desktop_app.cli.shared import HelpFormatter, say, seconds
from desktop_app.errors import UserError
from desktop_app.interchange.labels import FileLabels, ImportResult, LabelFormat, Options, Written
from desktop_app.interchange.losses import counted_text, losses, recordings_held
from desktop_app.interchange.naming import require_target, targets
from desktop_app.interchange.recordings import beside, finder_below, finder_in, located
from desktop_app.interchange.registry import (
    FORMATS,
    format_for_name,
    format_named,
    read_labels,
    readable_in,
    write_labels,
)

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
Turn the label files of one program into those of another.

Formats are told by name and content. What the new format cannot hold is counted and said; rows that are damaged are
named, and the others kept. IN may be a folder of label files. Nothing is overwritten without --replace.
"""


def formats_text() -> str:
    """Return the formats with what is done with each, for help texts."""
    rows = []
    for known in FORMATS:
        can = "read, written" if known.is_written else "read"
        rows.append(f"  {known.name:<17} {known.title} ({can})")
    return "\n".join(rows)


def _epilog() -> str:
    return f"""\
examples:
  earmark convert night.Table.1.selections.txt night.TextGrid
  earmark convert birdnet.csv audacity/ --to audacity
  earmark convert labels.csv owls --to class-folders --recordings ~/recordings --context 0.2

formats:
{formats_text()}

clips, class-folders and audiofolder cut the sound, wav-cues copies it: they need the recordings beside IN, or
--recordings.

Exit status: 0, 1 where rows were left out or recordings missing, 2 for misuse.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "convert",
        help="turn label files of one program into another's",
        description=_DESCRIPTION,
        epilog=_epilog(),
        formatter_class=HelpFormatter,
    )
    parser.add_argument("source", type=Path, metavar="IN", help="a label file, or a folder of them")
    parser.add_argument("target", type=Path, metavar="OUT", help="the file to write; a folder for one file a recording")
    parser.add_argument("--from", dest="from_", metavar="F", help="the format of IN (default: told by its content)")
    parser.add_argument("--recordings", type=Path, metavar="DIR", help="where the recordings lie (default: beside IN)")
    add_writing_arguments(parser)
    parser.set_defaults(run=run)


def add_writing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `options_of` reads and the choice of the format."""
    parser.add_argument("--to", metavar="F", help="the format of OUT (default: told by its name)")
    parser.add_argument("--replace", action="store_true", help="write over label files that are there")
    parser.add_argument("--label-column", default="", metavar="NAME", help="column of labels in Raven tables")
    clips = parser.add_argument_group("clips (clips, class-folders, audiofolder)")
    clips.add_argument(
        "--context", type=seconds, default=0.0, metavar="S", help="sound kept before and after each clip"
    )
    clips.add_argument("--pattern", default="", metavar="TEXT", help="their names, as in `earmark export`")
    clips.add_argument("--clip-format", default="FLAC", metavar="NAME", help="their audio format (default: FLAC)")
    clips.add_argument("--rate", type=int, metavar="HZ", help="their sample rate (default: the recording's)")
    clips.add_argument("--mono", action="store_true", help="mix their channels to one")


def options_of(chosen: argparse.Namespace) -> Options:
    """Return the arguments of `add_writing_arguments` as options."""
    audio_format = audio_format_named(chosen.clip_format).name
    sound = ExportSettings(format=audio_format, sample_rate_hz=chosen.rate, mono=chosen.mono)
    return Options(chosen.label_column, sound, chosen.pattern, chosen.context)


def run(chosen: argparse.Namespace) -> int:
    """Convert; return 1 if something was left out."""
    options = options_of(chosen)
    to = format_named(chosen.to) if chosen.to else format_for_name(chosen.target)
    source = read_source(chosen.source, format_named(chosen.from_) if chosen.from_ else None, options)
    labels, problems = _with_recordings(source, chosen.recordings, to)
    problems = [*source.problems, *problems]
    tell(problems, source.skipped)
    if not labels:
        raise UserError(f"There is nothing to write from “{chosen.source}”: choose another label file.")
    written = write(labels, chosen.target, to, options, replace_files=chosen.replace)
    tell(written.problems, [])
    if not written.files:
        raise UserError(f"Nothing of “{chosen.source}” could be written: see above.")
    print(f"{told_of(written, labels, to)}; {', '.join(source.formats)} -> {to.title}")
    return 1 if problems or is_less(written, labels) else 0


@dataclass(frozen=True)
class Source:
    """What a label file, or a folder of them, says."""

    results: tuple[tuple[Path, ImportResult], ...]
    """Each file with what was read out of it."""
    unreadable: tuple[str, ...]
    """A sentence for each file that could not be read."""

    @property
    def problems(self) -> list[str]:
        """Return all problems, those inside the files too."""
        return [*self.unreadable, *(sentence for _, result in self.results for sentence in result.problems)]

    @property
    def skipped(self) -> list[str]:
        """Return what was skipped on purpose, as sentences."""
        totals: dict[str, int] = {}
        for _, result in self.results:
            for what, count in result.skipped.items():
                totals[what] = totals.get(what, 0) + count
        return [f"Skipped: {count:,} {what}." for what, count in totals.items()]

    @property
    def formats(self) -> list[str]:
        """Return the formats of the files, each once."""
        return list(dict.fromkeys(result.format.title for _, result in self.results))


def read_source(path: Path, label_format: LabelFormat | None, options: Options) -> Source:
    """Read a label file, or all that are in a folder which is itself none."""
    files, problems = readable_in(path) if label_format is None or path.is_dir() else ([path], [])
    results = []
    for file in files:
        try:
            results.append((file, read_labels(file, label_format, options)))
        except UserError as error:
            if len(files) == 1:
                raise
            problems.append(str(error))
    return Source(tuple(results), tuple(problems))


def _with_recordings(source: Source, recordings: Path | None, to: LabelFormat) -> tuple[list[FileLabels], list[str]]:
    """Return the labels of all files with what their recordings tell; formats with sound need those."""
    labels: list[FileLabels] = []
    problems: list[str] = []
    within, below = cache(finder_in), cache(lambda folder: finder_below(folder, problems.append))
    for path, result in source.results:
        own_folder = path if path.is_dir() else path.absolute().parent
        if recordings is not None or to.write is not None:
            folder = recordings or own_folder
            found, missing = located(result.labels, folder, below(folder), path)
            labels += found
            problems += missing
        else:
            labels += beside(result.labels, path, within(own_folder))
    return merged(labels), problems


def merged(labels: Iterable[FileLabels]) -> list[FileLabels]:
    """Return the labels with one entry for each recording."""
    by_path: dict[str, FileLabels] = {}
    for each in labels:
        before = by_path.get(each.path)
        joined = (*before.annotations, *each.annotations) if before else each.annotations
        by_path[each.path] = replace(each, annotations=joined)
    return list(by_path.values())


def write(
    labels: Sequence[FileLabels], target: Path, to: LabelFormat, options: Options, *, replace_files: bool
) -> Written:
    """Say what is lost, refuse to overwrite unless that is asked for, and write."""
    require_target(labels, target, to)
    if to.encode is not None and not replace_files:
        taken = [path for path, _ in targets(labels, target, to) if path.exists()]
        if taken:
            raise UserError(f"“{taken[0]}” is there already: choose another name, or add --replace.")
    tell(losses(labels, to), [])
    return write_labels(labels, target, to, options)


def told_of(written: Written, labels: Sequence[FileLabels], to: LabelFormat) -> str:
    """Return what stands in the files now."""
    return f"{counted_text(written.count)}, recordings: {recordings_held(labels, to):,}"


def is_less(written: Written, labels: Sequence[FileLabels]) -> bool:
    """Return whether some of the labels are in no file: what a format loses of each of them does not count."""
    return bool(written.problems) or written.count < sum(len(each.annotations) for each in labels)


def require_project(folder: Path) -> None:
    """Raise UserError for what cannot be the folder of a project."""
    if not folder.is_dir():
        raise UserError(f"“{folder}” is no folder: name the one with the recordings.")


def tell(problems: Sequence[str], skipped: Sequence[str]) -> None:
    """Say each sentence on stderr."""
    for sentence in (*problems, *skipped):
        say(f"earmark: {sentence}")
