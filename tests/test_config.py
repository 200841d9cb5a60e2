"""Loading of configs."""

import sys
from pathlib import Path

import pytest

from digitdet import config

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiments"
SMALL_FOLDER = EXPERIMENTS / "frcnn_small_folder.py"


def _write(folder: Path, text: str, name: str = "mine.py") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {}),
        (["a=1"], {"a": 1}),
        (["a.b=text", "c=[1,2]"], {"a.b": "text", "c": [1, 2]}),
        (["model.weights=None"], {"model.weights": None}),
        (["a=x=y"], {"a": "x=y"}),
        (["a=1,2,3"], {"a": [1, 2, 3]}),
        (["a=(1, 2)"], {"a": [1, 2]}),
        (["a=true", "b=False", "c=none"], {"a": True, "b": False, "c": None}),
        (["a=1e-3"], {"a": 0.001}),
        (["data_root=/a/my data"], {"data_root": "/a/my data"}),
        (["data_root=/a/x,y"], {"data_root": "/a/x,y"}),
        (["a={'b': 1}"], {"a": {"b": 1}}),
    ],
)
def test_overrides_are_parsed(options: list[str], expected: dict[str, object]) -> None:
    assert config.parse_overrides(options) == expected


@pytest.mark.parametrize("option", ["", "model.min_size", "=3"])
def test_an_override_of_another_form_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=r"KEY=VALUE"):
        config.parse_overrides([option])


@pytest.mark.parametrize("option", ["model.mean=[0,0,0", "a=[x,y]", "a={"])
def test_a_broken_list_is_refused_with_its_option(option: str) -> None:
    with pytest.raises(ValueError, match="no Python literal") as caught:
        config.parse_overrides([option])
    assert option in str(caught.value)


def test_one_override_moves_all_data() -> None:
    loaded = config.load(SMALL_FOLDER, ["data_root=elsewhere"])
    loaders = (loaded.train_dataloader, loaded.val_dataloader, loaded.test_dataloader)
    assert [loader.dataset.data_root for loader in loaders] == ["elsewhere"] * 3


def test_a_dataset_that_sets_its_own_data_root_keeps_it() -> None:
    loaded = config.load(SMALL_FOLDER, ["val_dataloader.dataset.data_root=own"])
    assert loaded.val_dataloader.dataset.data_root == "own"
    assert loaded.train_dataloader.dataset.data_root == "data/nycu-hw2-data"


def test_a_dataset_that_takes_no_data_root_gets_none() -> None:
    synthetic = ["val_dataloader.dataset._delete_=True", "val_dataloader.dataset.num_scenes=3"]
    synthetic.append("val_dataloader.dataset.type=SyntheticDigits")
    loaded = config.load(SMALL_FOLDER, synthetic)
    assert loaded.val_dataloader.dataset == {"type": "SyntheticDigits", "num_scenes": 3}


def test_the_data_root_reaches_datasets_within_wrappers(tmp_path: Path) -> None:
    inner = "dict(type='CocoDigits', image_dir='a', ann_file='a.json')"
    file = _write(
        tmp_path,
        f"data_root = 'here'\n"
        f"train_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=[{inner}, {inner}]))",
    )
    loaded = config.load(file)
    assert [part.data_root for part in loaded.train_dataloader.dataset.datasets] == ["here"] * 2


def test_the_reader_reaches_metrics_that_take_one(tmp_path: Path) -> None:
    file = _write(
        tmp_path,
        "reader = dict(type='LeftToRightReader', score_threshold=0.4)\n"
        "test_evaluator = [dict(type='DigitMetric'), dict(type='SubmissionMetric', out_dir='o')]",
    )
    first, second = config.load(file).test_evaluator
    assert "reader" not in first
    assert second.reader.score_threshold == 0.4


def test_a_mistyped_top_level_key_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    file = _write(tmp_path, "train_datalaoder = dict()")
    with pytest.raises(ValueError, match=r"mine\.py.*'train_datalaoder'.*'train_dataloader'"):
        config.load(file)


def test_an_override_of_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"--cfg-options.*'optt'"):
        config.load(SMALL_FOLDER, ["optt.lrr=3"])


def test_a_missing_config_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.py: no such config"):
        config.load(tmp_path / "none.py")


def test_a_config_that_is_not_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"mine\.py: can't be read as a config"):
        config.load(_write(tmp_path, "model = dict("))


def test_a_custom_import_that_is_missing_is_named(tmp_path: Path) -> None:
    file = _write(tmp_path, "custom_imports = dict(imports=['no_such_module_of_mine'])")
    with pytest.raises(ImportError, match="no_such_module_of_mine"):
        config.load(file)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import no_such_package_at_all", "No module named 'no_such_package_at_all'"),
        ("undefined_name", "name 'undefined_name' is not defined"),
    ],
)
def test_an_error_within_a_custom_import_is_told_with_its_cause(
    text: str, cause: str, tmp_path: Path
) -> None:
    module = f"broken_{text.split()[0]}"
    _write(tmp_path, text, f"{module}.py")
    file = _write(tmp_path, f"custom_imports = dict(imports=['{module}'])")
    with pytest.raises(ImportError, match=f"'{module}' can't be imported") as caught:
        config.load(file)
    assert cause in str(caught.value)


def test_a_custom_import_that_may_fail_is_passed_over(tmp_path: Path) -> None:
    imports = "dict(imports=['no_such_module_of_mine'], allow_failed_imports=True)"
    config.load(_write(tmp_path, f"custom_imports = {imports}"))


def test_a_custom_import_can_be_given_as_an_override(tmp_path: Path) -> None:
    _write(tmp_path, "raise ImportError('it was imported')", "asked_for_by_override.py")
    file = _write(tmp_path, "custom_imports = dict(imports=[])")
    with pytest.raises(ImportError, match="it was imported"):
        config.load(file, ["custom_imports.imports=['asked_for_by_override']"])


def test_modules_beside_the_config_and_in_the_working_folder_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "working").mkdir()
    for folder in ("beside", "working"):
        _write(tmp_path / folder, "VALUE = 1", f"found_{folder}.py")
    file = _write(
        tmp_path / "beside", "custom_imports = dict(imports=['found_beside', 'found_working'])"
    )
    monkeypatch.chdir(tmp_path / "working")
    config.load(file)


def test_without_a_config_the_reader_is_that_of_the_runtime() -> None:
    runtime = EXPERIMENTS.parent / "_base_" / "default_runtime.py"
    assert config.load_reader() == config.load_reader(runtime)


def test_a_reader_is_taken_of_an_experiment_and_of_a_fragment(tmp_path: Path) -> None:
    fragment = _write(tmp_path, "reader = dict(type='LeftToRightReader', score_threshold=0.3)")
    assert config.load_reader(fragment) == {"type": "LeftToRightReader", "score_threshold": 0.3}
    experiment = config.load(SMALL_FOLDER)
    assert config.load_reader(SMALL_FOLDER) == experiment.reader
    assert config.load_reader(SMALL_FOLDER, ["reader.score_threshold=0.2"]) == {
        **experiment.reader,
        "score_threshold": 0.2,
    }


def test_loading_a_reader_leaves_the_default_one_alone() -> None:
    before = config.load_reader()
    assert config.load_reader(None, ["reader.score_threshold=0.2"])["score_threshold"] == 0.2
    assert config.load_reader() == before


def test_the_reader_of_ones_own_module_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, "LOADED = True", "own_reader_module.py")
    file = _write(
        tmp_path, "custom_imports = dict(imports='own_reader_module')\nreader = dict(type='Own')"
    )
    assert config.load_reader(file) == {"type": "Own"}
    assert sys.modules["own_reader_module"].LOADED


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "states no reader"),
        ("reader = None", "states no reader"),
        ("reader = dict(score_threshold=0.3)", r"`reader = .*0\.3\}` has no `type`"),
    ],
)
def test_a_config_without_a_reader_is_refused(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(ValueError, match=rf"mine\.py: {error}; write `reader = dict\("):
        config.load_reader(_write(tmp_path, text))


def test_a_mistyped_reader_is_refused_where_a_base_states_one(tmp_path: Path) -> None:
    _write(tmp_path, "reader = dict(type='LineReader')", "base.py")
    file = _write(tmp_path, "_base_ = ['base.py']\nreder = dict(type='LeftToRightReader')")
    with pytest.raises(ValueError, match=r"mine\.py.*'reder'; did you mean 'reader'\?"):
        config.load_reader(file)


def test_an_option_of_another_key_is_refused_where_only_the_reader_counts() -> None:
    with pytest.raises(ValueError, match=r"only `reader` is read here, got 'model\.min_size'"):
        config.load_reader(None, ["model.min_size=3"])


@pytest.mark.parametrize("base", [None, "fragment.py", "default_runtime.py"])
def test_a_fragment_that_replaces_the_reader_does_so_alone_and_in_any_place(
    base: str | None, tmp_path: Path
) -> None:
    line = "reader = dict(_delete_=True, type='LineReader', max_digits=5)"
    folder = EXPERIMENTS.parent / "_base_" if base == "default_runtime.py" else tmp_path
    _write(tmp_path, line, "fragment.py")
    file = _write(tmp_path, f"_base_ = [{str(folder / base)!r}]\n" if base else line)
    if base == "default_runtime.py":
        file.write_text(f"{file.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    expected = {"type": "LineReader", "max_digits": 5}
    assert config.load(file).reader == config.load_reader(file) == expected
