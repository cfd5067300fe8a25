"""Waveforms in, labels out: front-ends, networks, training, judging, and the files that models live in.

OpenMP's idle threads must sleep instead of spinning: with one competitor on two cores a spinning pool made torch six
times slower. The variable is read when torch is first imported, so it is set here, before any module below does that.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
