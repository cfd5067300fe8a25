"""Benchmarks: what Earmark takes, as a ratio to a yardstick that is measured in the same run on the same machine."""
