"""Clips with labels: found in folders, lists and data sets, looked over, divided by speaker or source."""
