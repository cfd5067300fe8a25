"""`earmark models`: the models at hand; look at, add, rename, delete, export and compare them."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.assets import model_dirs
from desktop_app.cli.comparing import add_compare_parser
from desktop_app.cli.shared import HelpFormatter, cells, plain_table, require_positive, say, seconds, show, size_text
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.library import Library
    from desktop_app.cli.shared import Commands

ONNX_SUFFIX = ".onnx"

_DESCRIPTION = """\
List the models at hand, or look at, add, rename, delete, export and compare them.

Models that came with Earmark are never changed. Your own are in a folder of yours, which the list names.
"""
_EPILOG = """\
examples:
  earmark models
  earmark models show commands12
  earmark models import ~/Downloads/owls.safetensors --name owls
  earmark models import birds.onnx --classes owl,wren,other --rate 48000 --window 3
  earmark models export owls owls.onnx
  earmark models compare commands12 mine --data ~/clips

An ONNX file made by others carries no card: --classes (or --labels, a file with one label a line), --rate and --window
say what it hears. The export is weights with their card (.safetensors), ONNX (.onnx), TorchScript (.pt) or torch.export
(.pt2), by the suffix.
Exit status: 0; 1 where clips could not be read in a comparison; 2 for misuse.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's subcommands, each with its arguments and its `run`."""
    parser = commands.add_parser(
        "models",
        help="list, add, rename, delete, export, compare models",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.set_defaults(run=_list)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    listing = _action(actions, "list", "list all models", _list)
    listing.add_argument("--json", action="store_true", help="print the list as JSON")
    showing = _action(actions, "show", "print a model's card", _show, "model")
    showing.add_argument("--json", action="store_true", help="print it as JSON")
    renaming = _action(actions, "rename", "give a model another name", _rename, "model")
    renaming.add_argument("name", metavar="NAME", help="the new one")
    _action(actions, "delete", "move a model to the trash", _delete, "model")
    _add_import(actions)
    exporting = _action(actions, "export", "save a model for other people or programs", _export, "model")
    exporting.add_argument("file", type=Path, metavar="FILE", help="where to; its suffix says what kind")
    add_compare_parser(actions)


def _action(
    actions: "Commands", name: str, about: str, run: Callable[[argparse.Namespace], int], *arguments: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about.capitalize() + ".")
    for argument in arguments:
        parser.add_argument(argument, metavar="MODEL", help="a model's name or file")
    parser.set_defaults(run=run)
    return parser


def _add_import(actions: "Commands") -> None:
    parser = _action(actions, "import", "add a model file to your models", _import)
    parser.add_argument("file", type=Path, metavar="FILE", help="a .safetensors or .onnx file")
    parser.add_argument("--name", help="its name here (default: the name on its card, or the file's)")
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument("--classes", metavar="A,B,...", help="its labels, for an ONNX file made by others")
    labels.add_argument("--labels", type=Path, metavar="FILE", help="a file with one label a line")
    parser.add_argument("--rate", type=int, metavar="HZ", help="the sample rate that it hears")
    parser.add_argument("--window", type=seconds, metavar="SECONDS", help="the length that it hears at a time")
    parser.add_argument("--licence", default="unknown", help="of the weights")


def library() -> "Library":
    """Return the models that shipped and the person's own."""
    from desktop_app.classifier.library import Library

    return Library(*model_dirs())


def _list(chosen: argparse.Namespace) -> int:
    models = library()
    entries = models.models(problems=say)
    if chosen.json:
        rows = [
            {
                "name": entry.card.name,
                "title": entry.card.title,
                "path": str(entry.path),
                "shipped": models.is_shipped(entry),
                "classes": list(entry.card.classes),
                "accuracy": entry.card.results.accuracy if entry.card.results else None,
                "size_bytes": entry.path.stat().st_size,
                "created": entry.card.created,
            }
            for entry in entries
        ]
        _print_json(rows)
        return 0
    table = plain_table("Model", "", "Classes", "Accuracy", "Size", "Made", right=("Classes", "Accuracy", "Size"))
    for entry in entries:
        results = entry.card.results
        accuracy = f"{100 * results.accuracy:.1f} %" if results else "?"
        origin = "shipped" if models.is_shipped(entry) else "own"
        numbers = (len(entry.card.classes), accuracy, size_text(entry.path.stat().st_size))
        table.add_row(*cells(entry.card.name, origin, *numbers, entry.card.created))
    show(table)
    say(f"Your own models are in {models.own}")
    return 0


def _show(chosen: argparse.Namespace) -> int:
    from desktop_app.classifier.card_text import markdown_of

    card = library().find(chosen.model).card
    if chosen.json:
        _print_json(asdict(card))
    else:
        sys.stdout.write(markdown_of(card))
    return 0


def _rename(chosen: argparse.Namespace) -> int:
    models = library()
    renamed = models.rename(models.find(chosen.model), chosen.name)
    say(f"The model is now called “{renamed.card.name}” ({renamed.path}).")
    return 0


def _delete(chosen: argparse.Namespace) -> int:
    from desktop_app.classifier.library import move_to_trash

    models = library()
    entry = models.find(chosen.model)
    models.delete(entry, move_to_trash)
    say(f"“{entry.card.name}” is in the trash; restore it there if you want it back.")
    return 0


def _import(chosen: argparse.Namespace) -> int:
    models = library()
    given = (chosen.classes or chosen.labels, chosen.rate, chosen.window)
    if any(value is not None for value in given):
        entry_path = _import_foreign(chosen, models)
    else:
        entry_path = models.add(chosen.file, chosen.name).path
    say(f"The model is in {entry_path}")
    return 0


def _import_foreign(chosen: argparse.Namespace, models: "Library") -> Path:
    """Give an ONNX file of others a card, and return where it is now."""
    from desktop_app.classifier.engines.foreign import ForeignModel, import_onnx

    require_positive(chosen, "rate")
    classes = _labels(chosen)
    if not (classes and chosen.rate and chosen.window) or chosen.file.suffix.lower() != ONNX_SUFFIX:
        raise UserError(
            "An ONNX file made by others needs --classes or --labels, --rate and --window; a model of Earmark’s needs "
            "none of them."
        )
    name = chosen.name or chosen.file.stem
    card = ForeignModel(name, classes, chosen.rate, chosen.window, licence=chosen.licence).card()
    target = models.free_place(name, ONNX_SUFFIX)
    import_onnx(chosen.file, card, target)
    return target


def _labels(chosen: argparse.Namespace) -> tuple[str, ...]:
    if chosen.classes:
        return tuple(label.strip() for label in chosen.classes.split(","))
    if chosen.labels is None:
        return ()
    try:
        lines = chosen.labels.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as reason:
        why = reason.strerror if isinstance(reason, OSError) else "it is no UTF-8"
        raise UserError(f"The labels in “{chosen.labels}” cannot be read ({why}): choose another file.") from reason
    return tuple(line.strip() for line in lines if line.strip())


def _export(chosen: argparse.Namespace) -> int:
    models = library()
    entry = models.find(chosen.model)
    models.export(entry, chosen.file)
    say(f"“{entry.card.name}” is saved in {chosen.file}")
    return 0


def _print_json(value: object) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
