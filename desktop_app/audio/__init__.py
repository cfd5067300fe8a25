"""Reading, writing and measuring sound; no Qt, no torch."""
