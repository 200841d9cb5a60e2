"""Folds BatchNorm into the convolutions before it, where that provably changes nothing."""

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import fx, nn
from torch.nn.utils import fuse_conv_bn_eval

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)


@dataclass(frozen=True)
class Part:
    """A part of a model whose operations are the same for every input.

    Attributes:
        name: Its place in the model; empty for the model itself.
        module: The part, which maps one input.
        graph: Its operations in evaluation mode.
    """

    name: str
    module: nn.Module
    graph: fx.Graph


def find_parts(model: nn.Module) -> list[Part]:
    """Find the greatest parts of a model with parameters that `torch.fx` can trace.

    A part of several layers counts, not a layer of torch alone. A part is taken for one that is
    called as a whole: a model that calls one of its layers from outside is not understood.

    Args:
        model: The model, in evaluation mode.
    """
    return list(_parts("", model, set()))


def _parts(name: str, module: nn.Module, seen: set[int]) -> Iterator[Part]:
    if id(module) in seen or next(module.parameters(), None) is None:
        return
    seen.add(id(module))
    graph = None if _Tracer().is_leaf_module(module, name) else _trace(module)
    if graph is not None:
        yield Part(name, module, graph)
        return
    for child_name, child in module.named_children():
        yield from _parts(f"{name}.{child_name}".lstrip("."), child, seen)


class _Tracer(fx.Tracer):
    """Notes which buffers are read, as torch's does for parameters alone."""

    proxy_buffer_attributes = True


def _trace(module: nn.Module) -> fx.Graph | None:
    """Trace a module; None if what it does depends on its input, or may."""
    if len(inspect.signature(module.forward).parameters) != 1:
        return None  # an argument that is left out may decide
    try:
        return _Tracer().trace(module)
    except Exception:  # it runs any user's code on a stand-in for a tensor
        return None


def fold_norms(model: nn.Module, part: Part) -> int:
    """Fold each BatchNorm of a part whose input is the output of a convolution, used only there.

    The convolution gets new weights, and the BatchNorm does nothing from then on. What is shared
    with other parts, called twice, read otherwise, or seen by hooks stays as it is.

    Args:
        model: The model, in evaluation mode; it is changed in place.
        part: One of its `find_parts`.

    Returns:
        How many were folded.
    """
    modules = dict(part.module.named_modules(remove_duplicate=False))
    calls = Counter(
        modules[str(node.target)] for node in part.graph.nodes if node.op == "call_module"
    )
    read = {str(n.target).rpartition(".")[0] for n in part.graph.nodes if n.op == "get_attr"}
    inside = f"{part.name}." if part.name else ""
    shared = {
        module
        for name, module in model.named_modules(remove_duplicate=False)
        if not name.startswith(inside)
    }
    folded = 0
    for conv_name, norm_name in _pairs(part.graph):
        conv, norm = modules[conv_name], modules[norm_name]
        alone = calls[conv] == calls[norm] == 1 and not {conv, norm} & shared
        between = [modules[name] for name in _holders(conv_name) ^ _holders(norm_name)]
        seen = read & {conv_name, norm_name} or any(map(_has_hooks, between))
        if alone and not seen and _foldable(conv, norm):
            _fold(conv, norm)
            folded += 1
    return folded


def _pairs(graph: fx.Graph) -> Iterator[tuple[str, str]]:
    """Name each two modules of which the second alone takes the output of the first."""
    for node in graph.nodes:
        source = node.args[0] if len(node.args) == 1 and not node.kwargs else None
        if (
            node.op == "call_module"
            and isinstance(source, fx.Node)
            and source.op == "call_module"
            and list(source.users) == [node]
        ):
            yield str(source.target), str(node.target)


def _holders(name: str) -> set[str]:
    """Name a module and those that hold it."""
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}


def _has_hooks(module: nn.Module) -> bool:
    return bool(module._forward_hooks or module._forward_pre_hooks)


def _foldable(conv: nn.Module, norm: nn.Module) -> bool:
    # Subclasses and weights that are computed, as those of torch's parametrizations, may do more.
    return (
        type(conv) in CONVOLUTIONS
        and type(norm) in NORMS
        and isinstance(conv.weight, nn.Parameter)
        and norm.running_mean is not None
    )


def _fold(conv: Any, norm: Any) -> None:
    fused = fuse_conv_bn_eval(conv, norm)
    conv.weight, conv.bias = fused.weight, fused.bias
    # Not replaced in its parent: whoever else holds it, as a list of layers does, has to find it
    # doing nothing too.
    norm.__class__ = nn.Identity
    for name, _ in [*norm.named_parameters(), *norm.named_buffers()]:
        delattr(norm, name)
