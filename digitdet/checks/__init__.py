"""Finds what is wrong with a data folder, and mends what can be mended blindly."""
