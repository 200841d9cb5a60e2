"""Names in a config: of what it builds, and of the arguments that it gives."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mmengine.registry import Registry

from digitdet.config_checks.calls import Call
from digitdet.config_checks.kinds import LISTS
from digitdet.config_checks.parts import Part, find
from digitdet.config_checks.problems import Problem, suggest
from digitdet.registry import MODELS

# What a builder supplies, but a config may set.
SETTABLE = frozenset({"device_ids", "name", "save_dir", "seed"})
# Of more names than these, a message lists none.
MOST_NAMES = 12
# Likeness, from 0 to 1, that a name needs with one that is given beside it, to be suggested.
NEAR = 0.8


def check_types(parts: Sequence[Part]) -> list[Problem]:
    """Find what is no part where a part is built, and types that no registry knows."""
    problems = []
    for part in parts:
        if part.value is not part.config:
            is_list = part.key.rpartition(".")[2] in LISTS
            expected = "a list of dicts, each with a `type`" if is_list else "a dict with a `type`"
            text = f"is {part.value!r}, but it takes {expected}"
            problems.append(Problem(part.key, text))
        elif part.kind is None and "type" not in part.config:
            names = registered(part.registry)
            which = f" ({', '.join(names)})" if len(names) <= MOST_NAMES else ""
            text = f"states no `type`; write the name of a {_noun(part)}{which}"
            problems.append(Problem(part.key, text))
        elif part.kind is None:
            problems.append(Problem(f"{part.key}.type", _unknown(part)))
        elif "ema_type" in part.signature.parameters:
            problems += _average(part)
    return problems


def _noun(part: Part) -> str:
    return part.registry.name.replace("_", " ")


def _unknown(part: Part) -> str:
    name = part.config["type"]
    if not isinstance(name, str):
        return f"is {name!r}, but `type` takes a name (str)"
    known = registered(part.registry)
    scoped = [each for each in known if each.endswith(f".{name}")]
    hint = f"; did you mean {scoped[0]!r}?" if scoped else suggest(name, known)
    hint = hint or "; one of your own needs its module in `custom_imports`"
    return f"no {_noun(part)} is called {name!r}{hint}"


def _average(part: Part) -> Iterator[Problem]:
    name = part.config.get("ema_type")
    if name is not None and find(MODELS, name) is None:
        hint = suggest(str(name), registered(MODELS))
        yield Problem(f"{part.key}.ema_type", f"no average is called {name!r}{hint}")


def registered(registry: Registry) -> list[str]:
    """Return the names that a ``type`` may be.

    Where the registry has no parent, what a child holds goes by its scope: ``digitdet.collate``.
    """
    names: set[str] = set()
    for scope, child in registry.children.items() if registry.parent is None else ():
        child.import_from_location()
        names |= {f"{scope}.{name}" for name in child.module_dict}
    holder: Registry | None = registry
    while holder is not None:
        holder.import_from_location()
        names |= set(holder.module_dict)
        holder = holder.parent
    return sorted(names)


def check_arguments(calls: Sequence[Call]) -> list[Problem]:
    """Find arguments that nothing takes, and required ones that are not there."""
    return [problem for call in calls for problem in (*_unknown_arguments(call), *_missing(call))]


def _unknown_arguments(call: Call) -> Iterator[Problem]:
    supplied = call.given - SETTABLE
    known = set(call.signature.parameters) - supplied
    for name in call.arguments:
        if name in supplied:
            text = f"{call.name} gets its `{name}` from what builds it; leave it out"
            yield Problem(f"{call.key}.{name}", text)
        elif name not in known and not call.signature.takes_any:
            hint = suggest(str(name), _likely(str(name), known, call)) or _names(known)
            yield Problem(f"{call.key}.{name}", f"{call.name} takes no `{name}`{hint}")


def _likely(name: str, known: set[str], call: Call) -> list[str]:
    """Return the names that may be meant; one that is given already has to be very near."""
    return [
        each
        for each in sorted(known)
        if each not in call.arguments or SequenceMatcher(None, name, each).ratio() > NEAR
    ]


def _names(known: set[str]) -> str:
    if not known:
        takes = "it takes nothing"
    elif len(known) > MOST_NAMES:
        takes = "`python tools/config.py list` shows what it takes"
    else:
        takes = f"it takes {', '.join(sorted(known))}"
    return f"; {takes} (_delete_=True drops what a base gives)"


def _missing(call: Call) -> Iterator[Problem]:
    for name in call.signature.required():
        if name not in call.arguments and name not in call.given:
            yield Problem(f"{call.key}.{name}", f"is missing, and {call.name} needs it")
