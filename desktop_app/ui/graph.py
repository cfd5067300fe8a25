"""pyqtgraph, without what it would import for a widget that nothing here uses.

Where PyTorch's build for GPUs brought CUDA's bindings, pyqtgraph imports them for its `RawImageGLWidget`: 54 modules
and the driver's library, before the first window stands.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

CUDA = "cuda.bindings"


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let a module seem not to be installed, unless somebody has imported it already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = cast("ModuleType", None)  # how the import system is told so
    try:
        yield
    finally:
        del sys.modules[name]


with _absent(CUDA):
    import pyqtgraph as pg

__all__ = ["pg"]
