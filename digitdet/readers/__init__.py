"""What turns predictions into numbers."""

from digitdet.readers.left_to_right import LeftToRightReader

__all__ = ["LeftToRightReader"]
