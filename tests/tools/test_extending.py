"""docs/extending.md, done word by word."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = [
    "--cfg-options",
    "train_dataloader.dataset.num_pictures=32",
    "val_dataloader.dataset.num_pictures=4",
    "model.min_size=32",
    "model.max_size=64",
    "default_hooks.report=None",
]


def _files(page: str) -> dict[str, str]:
    """The files that a page shows: a heading that names one, then its code block."""
    pattern = r"^## [^\n]*`(\w+\.py)`\n+```python\n(.*?)^```$"
    return dict(re.findall(pattern, page, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize(
    ("place", "num_pictures", "options"),
    [
        ("working folder", 64, []),
        ("beside the config", 32, SMALL),
    ],
)
def test_the_page_on_extending_works_as_it_stands(
    place: str,
    num_pictures: int,
    options: list[str],
    tool: Callable[[str], Callable[[list[str]], None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = _files((ROOT / "docs" / "extending.md").read_text(encoding="utf-8"))
    assert set(files) == {"my_digits.py", "my_experiment.py"}
    # A name of its own for each case: Python imports a module of one name only once.
    module = f"my_digits_{place.split()[0]}"
    files = {name: text.replace('"my_digits"', f'"{module}"') for name, text in files.items()}
    for registered in ("Darken", "OneSquare", "PlainBackbone", "LossFileHook"):
        new = f"{registered}{place.split()[0].title()}"
        files = {name: text.replace(registered, new) for name, text in files.items()}
    experiments = tmp_path / "experiments"
    experiments.mkdir()
    (experiments / "configs").symlink_to(ROOT / "configs")
    experiment = experiments / "my_experiment.py"
    experiment.write_text(files["my_experiment.py"], encoding="utf-8")
    working = tmp_path / "working"
    working.mkdir()
    home = experiments if place == "beside the config" else working
    (home / f"{module}.py").write_text(files["my_digits.py"], encoding="utf-8")
    monkeypatch.chdir(working)

    tool("train")([str(experiment), *options])

    work_dir = working / "work_dirs" / "my_experiment"
    losses = (work_dir / "losses.txt").read_text(encoding="utf-8").split()
    assert len(losses) == 2 * num_pictures / 16
    assert options or float(losses[-1]) < float(losses[0])

    tool("test")([str(experiment), str(work_dir / "epoch_2.pth"), *options])
    assert (work_dir / "val" / "metrics.json").is_file()
