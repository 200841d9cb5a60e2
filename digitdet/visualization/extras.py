"""What is installed only for those who ask for it."""

import importlib.util


def check_extra(module: str, user: str) -> None:
    """Refuse a module that is not installed.

    Args:
        module: Its name, which is the extra's too.
        user: What needs it, for the error.

    Raises:
        ImportError: If it is not installed; the message says how it is.
    """
    if importlib.util.find_spec(module) is None:
        raise ImportError(
            f"{user} needs {module}, which is not installed: `pip install -e '.[{module}]'`, or "
            "leave it out of visualizer.vis_backends"
        )
