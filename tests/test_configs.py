"""Every experiment of the repository."""

import ast
from pathlib import Path

import pytest
import torch

from digitdet import config
from digitdet.registry import HOOKS, METRICS, MODELS, READERS

ROOT = Path(__file__).parents[1]
EXPERIMENTS = sorted((ROOT / "configs" / "experiments").glob("*.py"))
each_experiment = pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.stem)


def test_the_experiments_are_found() -> None:
    assert {"quickstart", "frcnn_tl3", "frcnn_small_folder"} <= {file.stem for file in EXPERIMENTS}


@each_experiment
def test_an_experiment_is_short_and_says_what_it_asks(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 30
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring
    for part in ("Question:", "Expected:", "Time:"):
        assert part in docstring


@each_experiment
def test_an_experiment_loads_without_a_warning_and_its_parts_can_be_built(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = config.load(file, ["model.weights=None"])
    assert "warning" not in capsys.readouterr().out
    with torch.device("meta"):  # no weights are drawn
        model = MODELS.build(loaded.model)
    assert model.num_classes == 11
    for name, registry in (("custom_hooks", HOOKS), ("val_evaluator", METRICS)):
        for part in loaded[name]:
            registry.build(part)
    READERS.build(loaded.reader)


@pytest.mark.parametrize(
    ("name", "frozen"), [("frcnn_tl3", ["conv1", "bn1", "layer1"]), ("frcnn_tl2", ["layer2"])]
)
def test_the_report_settings_freeze_the_stages_that_they_name(name: str, frozen: list[str]) -> None:
    file = ROOT / "configs" / "experiments" / f"{name}.py"
    with torch.device("meta"):
        model = MODELS.build(config.load(file, ["model.weights=None"]).model)
    for stage in frozen:
        assert not any(p.requires_grad for p in model.backbone.body[stage].parameters())
    assert all(p.requires_grad for p in model.backbone.body["layer3"].parameters())


def test_double_normalisation_equals_normalising_twice() -> None:
    from torchvision.transforms.v2 import Normalize

    experiments = ROOT / "configs" / "experiments"
    once = config.load(experiments / "frcnn_tl3.py").model
    double = config.load(experiments / "frcnn_tl3_double_norm.py").model
    image = torch.rand(3, 5, 7)
    normalize = Normalize(once.mean, once.std)
    expected = normalize(normalize(image))
    actual = Normalize(double.mean, double.std)(image)
    # The config's figures have four decimals: relative 1e-3 of std, over values up to 10.
    torch.testing.assert_close(actual, expected, rtol=0.002, atol=0.02)
