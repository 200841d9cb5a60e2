"""Ends a training after its first iteration, and tells when that was."""

import json
import time
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook

from digitdet.registry import HOOKS


@HOOKS.register_module()
class FirstStepHook(Hook):
    """Writes when the first iteration began and ended, in seconds of `time.time`, and ends there.

    Args:
        file: What it writes to.
    """

    priority = "LOWEST"  # after what other hooks do

    def __init__(self, file: str) -> None:
        self.file = Path(file)

    def before_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None) -> None:  # noqa: ARG002
        """Note the time."""
        self._began = time.time()

    def after_train_iter(
        self,
        runner: Any,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,  # noqa: ARG002
        outputs: Any = None,  # noqa: ARG002
    ) -> None:
        """Write both times, and end.

        Raises:
            SystemExit: Always.
        """
        self.file.write_text(json.dumps([self._began, time.time()]), encoding="utf-8")
        raise SystemExit(0)
