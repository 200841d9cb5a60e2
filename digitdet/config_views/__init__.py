"""Views of configs: what `tools/config.py` prints, one module for each of its commands."""
