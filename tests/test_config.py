"""Loading of configs."""

import sys
from pathlib import Path

import pytest

from digitdet import config
from digitdet.config_checks.problems import ConfigError
from digitdet.registry import READERS

EXPERIMENTS = Path(__file__).parents[1] / "configs" / "experiments"
SMALL_FOLDER = EXPERIMENTS / "frcnn_small_folder.py"


def _write(folder: Path, text: str, name: str = "mine.py") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_mistyped_top_level_key_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    file = _write(tmp_path, "train_datalaoder = dict()")
    with pytest.raises(ValueError, match=r"mine\.py:1: train_datalaoder: .*'train_dataloader'"):
        config.load(file)


def test_an_override_of_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"--cfg-options optt.lrr: optt: nothing reads"):
        config.load(SMALL_FOLDER, ["optt.lrr=3"])


def test_a_missing_config_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.py: no such config"):
        config.load(tmp_path / "none.py")


def test_a_config_that_is_not_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"mine\.py:1: can't be read as a config"):
        config.load(_write(tmp_path, "model = dict("))


def test_a_custom_import_that_is_missing_is_named(tmp_path: Path) -> None:
    file = _write(tmp_path, "custom_imports = dict(imports=['no_such_module_of_mine'])")
    with pytest.raises(ImportError, match=r"no_such_module_of_mine.*it is looked for beside"):
        config.load(file)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import no_such_package_at_all", "No module named 'no_such_package_at_all'"),
        ("undefined_name", "name 'undefined_name' is not defined"),
        ("(", "'(' was never closed"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_an_error_within_a_custom_import_is_told_with_its_cause(
    text: str, cause: str, tmp_path: Path
) -> None:
    module = f"broken_{len(text)}"
    broken = _write(tmp_path, text, f"{module}.py")
    file = _write(tmp_path, f"custom_imports = dict(imports=['{module}'])")
    with pytest.raises(ImportError, match=f"'{module}' can't be imported") as caught:
        config.load(file)
    assert cause in str(caught.value)
    assert str(caught.value).endswith(f"; correct {broken}:1")


@pytest.mark.parametrize("name", ["mine.py", "./mine.py", "folder/mine"])
def test_a_custom_import_is_a_module_not_a_file(name: str, tmp_path: Path) -> None:
    file = _write(tmp_path, f"custom_imports = dict(imports=['{name}'])")
    with pytest.raises(ImportError, match="name of a module, not of a file: 'mine'"):
        config.load(file)


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
    _write(
        tmp_path,
        "from digitdet.registry import READERS\n"
        "READERS.register_module(name='Own', module=lambda: None)\n"
        "LOADED = True",
        "own_reader_module.py",
    )
    file = _write(
        tmp_path, "custom_imports = dict(imports='own_reader_module')\nreader = dict(type='Own')"
    )
    assert config.load_reader(file) == {"type": "Own"}
    assert sys.modules["own_reader_module"].LOADED
    READERS.module_dict.pop("Own")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", r"mine\.py: states no reader; write `reader = dict\("),
        ("reader = None", r"mine\.py: states no reader; write `reader = dict\("),
        (
            "reader = dict(score_threshold=0.3)",
            r"mine\.py:1: reader: states no `type`; write the name of a reader .*LineReader",
        ),
        ("reader = 'LineReader'", "reader: is 'LineReader', but it takes a dict with a `type`"),
    ],
)
def test_a_config_without_a_reader_is_refused(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        config.load_reader(_write(tmp_path, text))


def test_a_mistyped_reader_is_refused_where_a_base_states_one(tmp_path: Path) -> None:
    _write(tmp_path, "reader = dict(type='LineReader')", "base.py")
    file = _write(tmp_path, "_base_ = ['base.py']\nreder = dict(type='LeftToRightReader')")
    with pytest.raises(ValueError, match=r"mine\.py:2: reder: .*; did you mean 'reader'\?"):
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


def test_all_problems_are_told_at_once_each_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(
        tmp_path,
        f"_base_ = [{str(EXPERIMENTS / 'quickstart.py')!r}]\n"
        "model = dict(\n"
        "    min_sizee=3,\n"
        "    norm_eval='yes',\n"
        ")\n",
    )
    with pytest.raises(ConfigError) as caught:
        config.load("mine.py", ["reader.typo=1", "optt.lrr=3"])
    assert str(caught.value).splitlines() == [
        "mine.py: 4 problems",
        "  mine.py:3: model.min_sizee: FasterRCNN takes no `min_sizee`; did you mean 'min_size'?",
        "  mine.py:4: model.norm_eval: is 'yes', but it takes True or False",
        "  --cfg-options optt.lrr: optt: nothing reads a top-level key of this name",
        "  --cfg-options reader.typo: LineReader takes no `typo`; "
        "`python tools/config.py list` shows what it takes (_delete_=True drops what a base gives)",
    ]
    assert [problem.key for problem in caught.value.problems][-1] == "reader.typo"


@pytest.mark.parametrize("key", ["filename", "text", "pretty_text", "env_variables"])
def test_a_key_that_mmengine_keeps_for_itself_is_told_like_any_other(
    key: str, tmp_path: Path
) -> None:
    file = _write(tmp_path, f"load_from = None\n{key} = 3")
    with pytest.raises(ConfigError, match=rf"mine\.py:2: {key}: nothing reads a top-level key"):
        config.load(file)
    with pytest.raises(ConfigError, match=rf"^--cfg-options {key}: nothing reads"):
        config.load(_write(tmp_path, ""), [f"{key}=3"])


def test_a_mistake_in_a_base_is_told_with_the_bases_line(tmp_path: Path) -> None:
    _write(tmp_path, "reader = dict(\n    type='LineReader',\n    typo=1)", "base.py")
    file = _write(tmp_path, "_base_ = ['base.py']")
    with pytest.raises(ConfigError, match=r"base\.py:3: reader\.typo: LineReader takes no"):
        config.load(file)


def test_what_only_looks_wrong_is_printed_and_the_config_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    loaded = config.load(EXPERIMENTS / "quickstart.py", ["train_cfg.max_epochs=12"])
    assert loaded.train_cfg.max_epochs == 12
    printed = capsys.readouterr()
    assert printed.err.startswith("warning: ")
    assert "quickstart.py:23: param_scheduler.1.T_max: " in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("model.min_size.x=1", "model.min_size is 96, which holds no keys"),
        ("param_scheduler.7.T_max=1", "param_scheduler has no item of that position"),
        ("custom_hooks={'type':'EMAHook'}", "custom_hooks is a list; give the list as a whole"),
    ],
)
def test_an_override_that_cannot_be_merged_is_told_with_the_option(
    option: str, message: str
) -> None:
    key = option.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"^--cfg-options {key}: ") as caught:
        config.load(EXPERIMENTS / "quickstart.py", [option])
    assert message in str(caught.value)


def test_a_fragment_is_checked_for_what_it_states(tmp_path: Path) -> None:
    assert config.load(_write(tmp_path, "reader = dict(type='LineReader')")).work_dir
    with pytest.raises(ConfigError, match=r"mine\.py:1: data_root: no data set of this config"):
        config.load(_write(tmp_path, "data_root = 'data'"))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("reader = dict(type='LineReadr')", [], r"mine\.py:1: reader\.type: .*'LineReader'\?"),
        ("reader = dict(type='LineReader', x=1)", [], r"mine\.py:1: reader\.x: LineReader takes"),
        ("reader = dict(type='LineReader')", ["reader.columns=1"], r"^--cfg-options reader\.col"),
        ("", ["reader.x=1"], r"states no `type`; write the name of a reader"),
    ],
)
def test_a_reader_is_checked_like_a_config(
    text: str, options: list[str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        config.load_reader(_write(tmp_path, text), options)


def test_the_default_reader_is_checked_too() -> None:
    with pytest.raises(ConfigError, match=r"score_treshold: .*; did you mean 'score_threshold'\?"):
        config.load_reader(None, ["reader.score_treshold=0.3"])


def test_a_reader_is_loaded_of_an_experiment_whose_other_parts_are_wrong(tmp_path: Path) -> None:
    text = "model = dict(type='Mistyped')\nreader = dict(type='LineReader')"
    assert config.load_reader(_write(tmp_path, text)) == {"type": "LineReader"}


@pytest.mark.parametrize("text", ["custom_imports = 'mine'", "custom_imports = dict(imports=3)"])
def test_imports_of_another_form_are_told(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mine\.py:1: custom_imports.*: is .*, but it takes"):
        config.load(_write(tmp_path, text))
