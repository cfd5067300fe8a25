"""Praat's TextGrid files as they stand: tiers of intervals and points, in text and in bytes."""
