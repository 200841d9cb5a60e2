"""Figures of the validation of which the best value is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitdet.figure_names import is_error

RULES = ("greater", "less")


@dataclass(frozen=True)
class BestFigure:
    """A figure whose best value a checkpoint is kept of.

    Attributes:
        name: Of the figure.
        rule: ``"greater"`` or ``"less"``: which value is better.
        score_key: Where the message hub holds the best value.
        file_key: Where it holds the path of its checkpoint.
    """

    name: str
    rule: str
    score_key: str = "best_score"
    file_key: str = "best_ckpt"

    def improved(self, metrics: Mapping[str, Any], best: float | None) -> float | None:
        """Return the value of a validation if it is better than the best; else None.

        Args:
            metrics: Name -> value.
            best: The best value so far; None if there is none.

        Raises:
            ValueError: If the figure is not among them.
        """
        if self.name not in metrics:
            raise ValueError(
                f"CheckpointHook(save_best={self.name!r}): the evaluators give "
                f"{', '.join(metrics) or 'nothing'}"
            )
        value = float(metrics[self.name])
        if best is None:
            return value if value == value else None  # not a number is not better
        return value if (value > best if self.rule == "greater" else value < best) else None

    def file_name(self, template: str) -> str:
        """Return the name of its checkpoints, from the name of the others."""
        return f"best_{self.name.replace('/', '_')}_{template}"


def best_figures(
    names: str | Sequence[str] | None, rules: str | Sequence[str | None] | None
) -> list[BestFigure]:
    """Return the figures that a checkpoint hook is given.

    Args:
        names: One, several, or none.
        rules: One for all, or one for each; None for that of the figure.

    Raises:
        ValueError: If a name comes twice, a rule is unknown, or there are more or fewer of them.
    """
    named = [names] if isinstance(names, str) else list(names or ())
    given = [rules] * len(named) if isinstance(rules, str) or rules is None else list(rules)
    if len(given) != len(named):
        raise ValueError(
            f"CheckpointHook: save_best names {len(named)} figures, but rule has {len(given)}"
        )
    if len(set(named)) < len(named):
        raise ValueError(f"CheckpointHook: save_best names a figure twice, got {names!r}")
    unknown = [rule for rule in given if rule not in (None, *RULES)]
    if unknown:
        raise ValueError(f"CheckpointHook: rule is 'greater' or 'less', got {unknown[0]!r}")
    pairs = [(name, rule or _usual_rule(name)) for name, rule in zip(named, given, strict=True)]
    if len(pairs) == 1:
        return [BestFigure(*pairs[0])]
    return [BestFigure(n, rule, f"best_score_{n}", f"best_ckpt_{n}") for n, rule in pairs]


def _usual_rule(name: str) -> str:
    return "less" if is_error(name) else "greater"
