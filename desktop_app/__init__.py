"""Earmark: listen to, label, learn from and review folders of sound."""

__version__ = "0.1.0"
