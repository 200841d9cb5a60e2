"""mmengine's message hub, which holds what a run has logged and where it is, as plain values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.logging import HistoryBuffer

from digitdet.histories import HISTORY_LENGTH

# What follows from the config, the data or the place in the run, and is set anew in each run.
PLACES = ("epoch", "iter", "loop_stage", "max_epochs", "max_iters")
UNSAVED = ("cfg", "dataset_meta", *PLACES)


def pack_hub(hub: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the message hub's buffers into lists, and drop what is set anew in each run."""
    scalars = {}
    for name, buffer in hub["log_scalars"].items():
        values, counts = buffer.data
        scalars[name] = (values[-HISTORY_LENGTH:].tolist(), counts[-HISTORY_LENGTH:].tolist())
    info = {key: value for key, value in hub["runtime_info"].items() if key not in UNSAVED}
    keys = {key: value for key, value in hub["resumed_keys"].items() if key not in UNSAVED}
    return {"log_scalars": scalars, "runtime_info": info, "resumed_keys": keys}


def unpack_hub(hub: Mapping[str, Any], best_dir: Path | None) -> dict[str, Any]:
    """Restore the buffers of a message hub, and where its best checkpoints are.

    Args:
        hub: What `pack_hub` returned.
        best_dir: The folder of the run; a best checkpoint that is not there is forgotten. None for
            a run that went on in another folder: the best ones there are not its to delete.
    """
    scalars = {name: HistoryBuffer(*pair) for name, pair in hub["log_scalars"].items()}
    info, keys = dict(hub["runtime_info"]), dict(hub["resumed_keys"])
    for name in [name for name in info if name.startswith("best_ckpt")]:
        file = Path(info.pop(name)).name
        if best_dir and (best_dir / file).is_file():
            info[name] = str(best_dir / file)
        else:
            keys.pop(name, None)
    return {"log_scalars": scalars, "runtime_info": info, "resumed_keys": keys}
