"""Tables as Parquet, where the package pyarrow is installed (`earmark[parquet]`): our own, BirdNET's and others'."""

import io
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from desktop_app.errors import UserError
from desktop_app.interchange import birdnet, own_table
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Options
from desktop_app.interchange.reading import Glimpse, Notes, read_bytes
from desktop_app.interchange.tables import Table

MAGIC = b"PAR1"
MOST_ROWS = 5_000_000
"""Some kilobytes can stand for as many equal rows as they like."""
_NUMBERS = frozenset({"onset_s", "offset_s", "low_hz", "high_hz", "score"})


def recognises(seen: Glimpse) -> bool:
    """Return whether the file begins as Parquet files do."""
    return seen.head.startswith(MAGIC)


def _arrow(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise UserError(
            "Parquet files need the package pyarrow, which is not installed: install earmark[parquet], or use CSV."
        ) from error


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the rows, read like those of a CSV file of the same columns."""
    parquet = _arrow("pyarrow.parquet")
    data = read_bytes(path)
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        if file.metadata.num_rows > MOST_ROWS:
            raise UserError(f"“{notes.name}” has {file.metadata.num_rows:,} rows: divide it into several files.")
        found = file.read().to_pydict()
    except (ValueError, OSError, NotImplementedError) as error:  # pyarrow's errors are kinds of these
        raise UserError(f"“{notes.name}” is a damaged Parquet file: export it again.") from error
    cells = [["" if value is None else str(value) for value in column] for column in found.values()]
    table = Table(tuple(found), [list(row) for row in zip(*cells, strict=True)])
    is_birdnet = table.has(birdnet.START, birdnet.CONFIDENCE) and not table.has(own_table.VERSION_COLUMN)
    return birdnet.read_rows(table, path, notes) if is_birdnet else own_table.read_rows(table, path, notes)


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return the columns of our own table, times, frequencies and scores as numbers, all else as texts."""
    arrow, parquet = _arrow("pyarrow"), _arrow("pyarrow.parquet")
    rows = own_table.rows_of(labels)
    columns = dict.fromkeys([*own_table.COLUMNS, *(name for row in rows for name in row)])
    arrays = {}
    for name in columns:
        texts = [row.get(name, "") for row in rows]
        if name in _NUMBERS:
            arrays[name] = arrow.array([float(text) if text else None for text in texts], arrow.float64())
        else:
            arrays[name] = arrow.array([text or None for text in texts], arrow.string())
    out = io.BytesIO()
    parquet.write_table(arrow.table(arrays), out)
    return out.getvalue()


FORMAT = LabelFormat(
    name="parquet",
    title="Earmark table (Parquet)",
    suffixes=(".parquet",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(tight=False, tight_names=False, remarks=("Needs the package pyarrow (`earmark[parquet]`).",)),
)
