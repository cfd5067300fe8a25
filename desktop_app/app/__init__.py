"""The window's application: the one place that wires objects together, a module for each page of the window."""

from desktop_app.app.earmark import Earmark, main

__all__ = ["Earmark", "main"]
