"""What turns predictions into numbers."""

from digitdet.readers.left_to_right import LeftToRightReader
from digitdet.readers.line_reader import LineReader

__all__ = ["LeftToRightReader", "LineReader"]
