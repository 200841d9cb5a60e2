"""Checks that torch and torchvision belong together, before either is used."""

from functools import cache
from importlib import metadata

from packaging.requirements import Requirement

from digitdet.garbage import uncollected


def _remedy(requirement: str) -> str:
    return (
        f"Install a matching pair, for example `pip install '{requirement}' "
        f"'torchvision=={metadata.version('torchvision')}'`, "
        "or `pip install --upgrade torch torchvision`."
    )


def torch_requirement(requirements: list[str] | None) -> Requirement | None:
    """Find what torchvision says of torch in its own metadata.

    Args:
        requirements: Requirement strings of the installed torchvision; None if it states none.

    Returns:
        The requirement on torch, or None if torchvision states none.
    """
    for text in requirements or []:
        requirement = Requirement(text)
        if requirement.name == "torch":
            return requirement
    return None


def check_opencv() -> None:
    """Refuse an OpenCV that does not load: mmengine imports it.

    Raises:
        ImportError: If so; the message names the remedy.
    """
    try:
        import cv2  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"OpenCV does not load ({error}). On a server without graphics libraries, put the "
            "headless build in its place: `pip uninstall -y opencv-python && "
            "pip install opencv-python-headless`."
        ) from error


@cache
def check_torch() -> None:
    """Refuse a torch and a torchvision that do not belong together.

    Judged by torchvision's own requirement on torch, then by its operators loading. The check runs
    once in a process.

    Raises:
        ImportError: If one is missing, if torchvision asks for another torch, or if its operators
            do not load. The message names the remedy.
    """
    try:
        torch_version = metadata.version("torch")
        requirement = torch_requirement(metadata.requires("torchvision"))
    except metadata.PackageNotFoundError as error:
        raise ImportError(
            f"digitdet needs {error.name}, which is not installed: `pip install torch torchvision`."
        ) from error
    if requirement and not requirement.specifier.contains(torch_version, prereleases=True):
        raise ImportError(
            f"torchvision {metadata.version('torchvision')} asks for {requirement}, "
            f"but torch {torch_version} is installed. {_remedy(str(requirement))}"
        )
    try:
        with uncollected():
            import torch
            import torchvision  # noqa: F401  registers torch.ops.torchvision

        torch.ops.torchvision.nms  # noqa: B018  the look-up fails where the operator is missing
    except (AttributeError, RuntimeError) as error:
        raise ImportError(
            f"The operators of torchvision {metadata.version('torchvision')} do not load beside "
            f"torch {torch_version} ({error}). {_remedy(str(requirement or 'torch'))}"
        ) from error
