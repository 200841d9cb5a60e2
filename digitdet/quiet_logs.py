"""Keeps the console to what a user can act on; the log file holds the rest."""

import logging
import re
import warnings

# Warnings of mmengine 0.10.7 that say nothing a user can act on: of its own code, of parameters
# that the config itself froze, one for each, of accumulated gradients that a resumed run would
# lack (AccumulationHook leaves none over), of data sets without names for a visualizer that draws
# none, and of metrics whose figures have no prefix.
OWN_WARNINGS = re.compile(
    r'"FileClient" will be deprecated|"HardDiskBackend" is the alias'
    r"|\S+ is skipped since its requires_grad=False"
    r"|Resumed iteration number is not divisible by|Gradient accumulative may slightly decrease"
    r"|Dataset \S+ has no metainfo|The prefix is not set in metric class"
)
# torch's, of lines of mmengine's AmpOptimWrapper and MMDistributedDataParallel.
OLD_NAMES = r"`(torch\.cuda\.amp\.GradScaler\(args\.\.\.\)|broadcast_buffers)` is deprecated"


def quieten(logger: logging.Logger) -> None:
    """Let the handlers of a run's logger pass on what a user can act on, the console warnings."""
    for handler in logger.handlers:
        handler.addFilter(lambda record: not OWN_WARNINGS.match(record.getMessage()))
        if not isinstance(handler, logging.FileHandler):
            handler.setLevel(max(handler.level, logging.WARNING))


def ignore_old_names() -> None:
    """Ignore torch's warnings of names that mmengine uses."""
    warnings.filterwarnings("ignore", OLD_NAMES, FutureWarning)
