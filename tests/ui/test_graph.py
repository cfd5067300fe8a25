"""The window's plots come without CUDA, and leave CUDA to those who want it."""

import subprocess
import sys


def test_the_window_imports_nothing_of_cuda_and_hides_nothing_from_others() -> None:
    code = "import sys, desktop_app.app;assert not [name for name in sys.modules if name.startswith('cuda.bindings')]"
    subprocess.run([sys.executable, "-c", code], check=True)
