"""Finds digits in photographs and reads the numbers they form."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitdet.digit_reader import DigitReader

__version__ = "0.1.0"
__all__ = ["DigitReader", "__version__"]

if not TYPE_CHECKING:  # which would take every name for known

    def __getattr__(name: str) -> object:
        """Import what needs torch once it is asked for: importing digitdet is instant."""
        if name != "DigitReader":
            raise AttributeError(f"module 'digitdet' has no attribute {name!r}")
        from digitdet.environment import check_torch

        check_torch()
        from digitdet.digit_reader import DigitReader

        return DigitReader

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
