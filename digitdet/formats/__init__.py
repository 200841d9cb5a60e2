"""Reads and writes the annotation formats of other tools."""
