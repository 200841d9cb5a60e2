"""The weights that digitdet brings."""

from pathlib import Path

READER_FILE = Path(__file__).with_name("reader.safetensors")
"""The reader that `digitdet.DigitReader` takes where none is named: published weights, with the
config of their model in them. They were trained on synthetic scenes alone."""
