"""Finds digits in photographs and reads the numbers they form."""

__version__ = "0.1.0"
