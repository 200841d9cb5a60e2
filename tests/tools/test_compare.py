"""``tools/compare.py``, as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from analysis.runs.made_runs import make_run, with_seed
from PIL import Image

from tools.compare import main

FIGURES = {"map": [0.1, 0.3, 0.2], "number_accuracy": [0.5, 0.6, 0.7]}


def _folders(home: Path) -> list[str]:
    """A run with two seeds, one that was stopped, and one without a validation."""
    for seed, value in ((0, 0.3), (1, 0.5)):
        figures = {"map": [0.1, value, 0.2], "number_accuracy": [0.5, 0.6, 0.7]}
        make_run(home / "seeds" / f"seed_{seed}", figures=figures, **with_seed(seed))
    make_run(
        home / "other", losses=[2, 1], figures=FIGURES, outcome="running", seconds=7384,
        **with_seed(0, lr=0.1),
    )  # fmt: skip
    make_run(home / "plain", record=False)
    return [str(home / name) for name in ("seeds", "other", "plain")]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("compare")
    main([*_folders(home), "--out", str(home / "out"), "--figures"])
    return home / "out"


def test_all_files_are_written(out: Path) -> None:
    charts = ["loss", "train_loss", "map", "number_accuracy", *(f"figure_{n}" for n in range(1, 5))]
    expected = {f"{name}.{kind}" for name in charts for kind in ("png", "svg")}
    assert {file.name for file in out.iterdir()} == expected | {
        f"comparison.{kind}" for kind in ("html", "json", "md")
    }
    for file in out.glob("*.png"):
        Image.open(file).load()


def test_the_markdown_holds_the_figures_and_its_pictures(out: Path) -> None:
    text = (out / "comparison.md").read_text(encoding="utf-8")
    # 0.3 and 0.5: mean 0.4, deviation 0.2 / sqrt(2)
    assert (
        "| seeds (2 seeds) | finished | 3 of 3 | 1.0000 ± 0.0000 | 0.4000 ± 0.1414 | 2, 2 |" in text
    )
    assert "| other | stopped | 2 of 3 | 1.0000 | 0.3000 | 2 | 0.3000 |" in text
    assert "| plain | unknown | 2 | 2.0000 | - | - | - |" in text
    assert "| `optim_wrapper.optimizer.lr` | `0.01` | `0.1` |" in text
    assert "| other | 2 h 3 min | 500 MB | 1,000 |" in text
    assert "seed`" not in text
    assert "work_dir" not in text
    assert "- map, number\\_accuracy: plain has no values." in text
    for name in ("loss", "train_loss", "map", "number_accuracy"):
        assert f"]({name}.png)" in text


def test_the_data_holds_the_values(out: Path) -> None:
    content = json.loads((out / "comparison.json").read_text())
    seeds, other, plain = content["runs"]
    assert seeds["figures"]["map"]["best"]["values"] == [0.3, 0.5]
    assert other["figures"]["map"]["last"] == {"mean": 0.3, "deviation": None, "values": [0.3]}
    assert (plain["figures"]["map"]["best"], plain["seconds"]) == (None, None)
    assert content["config_differences"] == {
        "optim_wrapper.optimizer.lr": {"seeds (2 seeds)": "0.01", "other": "0.1"}
    }


def test_the_figures_are_of_the_first_run_then_of_all(out: Path) -> None:
    for figure, chart in (("figure_3", "loss"), ("figure_4", "map")):
        assert (out / f"{figure}.png").read_bytes() == (out / f"{chart}.png").read_bytes()
    first, all_ = ((out / f"figure_{n}.svg").read_text(encoding="utf-8") for n in (1, 3))
    assert "<!-- seeds (2 seeds): mean, min to max -->" in first
    assert "<!-- other -->" not in first
    assert "<!-- other -->" in all_


def test_equal_runs_by_names_and_metrics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [
        str(make_run(tmp_path / name, figures={"map": [1, 2, 3], "ap_1": [3, 2, 1]}))
        for name in "ab"
    ]
    main([*folders, "--out", str(tmp_path), "--names", "A|1", "_B", "--metric", "ap_1"])
    text = (tmp_path / "comparison.md").read_text(encoding="utf-8")
    assert "| A\\|1 | finished | 3 of 3 | 1.0000 | 3.0000 | 1 | 1.0000 |" in text
    assert "Their configs are equal in every value." in text
    assert not (tmp_path / "map.png").exists()
    assert "Their configs are equal" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([True, False], "There are no two configs to compare."),
        ([True, True, False], "The configs that are known are equal in every value."),
    ],
)
def test_configs_that_nothing_tells_are_not_called_equal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], known: list[bool], said: str
) -> None:
    folders = [str(make_run(tmp_path / f"{i}", record=one)) for i, one in enumerate(known)]
    main([*folders, "--out", str(tmp_path / "out")])
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--metric", "map_5O"], "--metric map_5O: no run has that figure; did you mean 'map_50'?"),
        (["--names", "a", "b"], "--names: one for each folder is needed, 1, got 2"),
        (["--figures"], "--figures: the first run has no map yet"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_written(
    tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_run(tmp_path / "run", figures={"map_50": [1, 2, 3]})
    with pytest.raises(SystemExit):
        main([str(folder), "--out", str(tmp_path / "out"), *options])
    assert f"error: {said}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_comparison_imports_no_torch(tmp_path: Path) -> None:
    folder, root = make_run(tmp_path / "run", figures=FIGURES), Path(__file__).parents[2]
    program = "import sys; from tools.compare import main; main(sys.argv[1:]); print(*sys.modules)"
    command = [sys.executable, "-c", program, str(folder), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    modules = set(done.stdout.splitlines()[-1].split())
    assert "digitdet.analysis.run_comparison.comparing" in modules
    assert not {"torch", "torchvision", "mmengine"} & modules
