"""Smooths what is logged, and remembers the most memory."""

from typing import Any

import mmengine.runner

from digitdet.registry import LOG_PROCESSORS


@LOG_PROCESSORS.register_module()
class LogProcessor(mmengine.runner.LogProcessor):
    """mmengine's, which begins to measure the memory of the GPU anew each time that it logs it.

    Its arguments are mmengine's.

    Attributes:
        peak_memory_mb: The most of all that it has logged; 0 without a GPU.
    """

    peak_memory_mb = 0

    def _get_max_memory(self, runner: Any) -> int:
        memory = int(super()._get_max_memory(runner))
        self.peak_memory_mb = max(self.peak_memory_mb, memory)
        return memory
