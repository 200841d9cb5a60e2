"""Measurements of speed, one module for each sub-command of ``tools/benchmark.py``."""
