"""Which checkpoints are written when, and which are deleted."""

import math
import os
import resource
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.hooks import Hook

from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.checkpoints.reading import read_meta
from digitdet.hooks import CheckpointHook
from digitdet.hooks.checkpoint_hook import VALIDATED
from digitdet.interruption import TrainingInterrupted
from digitdet.runner import Runner

Run = Callable[..., Runner]


@pytest.fixture
def run(tiny_runner: Any, samples: Any) -> Run:
    """Returns a function that trains: three steps an epoch, and figures of a validation each."""

    def train(
        hook: CheckpointHook,
        *hooks: Any,
        figures: Mapping[str, list[float]] | None = None,
        num_epochs: int = 3,
        **kwargs: Any,
    ) -> Runner:
        runner: Runner = tiny_runner(
            "run",
            samples(6),
            *([] if figures is None else [Figures(figures)]),
            *hooks,
            default_hooks={"checkpoint": hook},
            num_epochs=num_epochs,
            validated=figures is not None,
            **kwargs,
        )
        runner.train()
        return runner

    return train


class Figures(Hook):
    """Gives the validations of a run certain figures."""

    priority = "HIGHEST"

    def __init__(self, figures: Mapping[str, list[float]]) -> None:
        self.figures = figures

    def after_val_epoch(self, runner: Any, metrics: dict[str, float]) -> None:
        metrics.update({name: values[runner.epoch - 1] for name, values in self.figures.items()})


class Journal(Hook):
    """Keeps what stands in the folder whenever a checkpoint is about to be written."""

    def __init__(self) -> None:
        self.before_writes: list[set[str]] = []

    def before_save_checkpoint(self, runner: Any, checkpoint: Any) -> None:  # noqa: ARG002
        self.before_writes.append(kept(Path(runner.work_dir)))


class EndAt(Hook):
    """Ends a run by an error, as a kill would, at a certain write of a checkpoint."""

    priority = "LOWEST"

    def __init__(self, write: int) -> None:
        self.left = write

    def before_save_checkpoint(self, runner: Any, checkpoint: Any) -> None:  # noqa: ARG002
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("killed")


def kept(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*.pth")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"filename_tmpl": ""}, None),
        ({"filename_tmpl": "a.pth"}, "filename_tmpl is a file's name with one {}, got 'a.pth'"),
        ({"filename_tmpl": "{}_{}.pth"}, "filename_tmpl is a file's name"),
        ({"filename_tmpl": "a/{}.pth"}, "filename_tmpl is a file's name"),
        ({"save_begin": -1}, "save_begin is 0 or more, got -1"),
        ({"stopover_interval": -2}, "stopover_interval is 0 or more, got -2"),
        ({"max_keep_ckpts": 0}, "max_keep_ckpts is 1 or more, or -1 for all, got 0"),
        ({"max_keep_ckpts": -2}, "max_keep_ckpts is -1 or more, got -2"),
        ({"save_best": "map", "rule": "more"}, "rule is 'greater' or 'less', got 'more'"),
        ({"save_best": ["map"], "rule": []}, "save_best names 1 figures, but rule has 0"),
        ({"save_best": ["map", "map"]}, r"save_best names a figure twice, got \['map', 'map'\]"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], said: str | None) -> None:
    if said is None:
        assert CheckpointHook(**arguments).filename_tmpl == "epoch_{}.pth"
        return
    with pytest.raises(ValueError, match=f"CheckpointHook: {said}"):
        CheckpointHook(**arguments)


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (dict(interval=-1, save_last=False), []),
        (dict(interval=-1), ["epoch_3"]),
        (dict(), ["epoch_1", "epoch_2", "epoch_3"]),
        (dict(interval=2), ["epoch_2", "epoch_3"]),
        (dict(interval=2, save_last=False), ["epoch_2"]),
        (dict(save_begin=2), ["epoch_2", "epoch_3"]),
        (dict(max_keep_ckpts=2), ["epoch_2", "epoch_3"]),
        (dict(filename_tmpl="e{}.pth"), ["e1", "e2", "e3"]),
        (dict(by_epoch=False, interval=4), ["iter_4", "iter_8", "iter_9"]),
        (dict(by_epoch=False, interval=4, save_begin=2), ["iter_2", "iter_6", "iter_9"]),
        (dict(by_epoch=False, interval=2, max_keep_ckpts=2), ["iter_8", "iter_9"]),
        (dict(stopover_interval=2), ["epoch_1", "epoch_2", "epoch_3"]),
        (dict(interval=-1, save_last=False, stopover_interval=2), ["iter_8"]),
    ],
)
def test_checkpoints_are_kept_as_the_arguments_say(
    arguments: dict[str, Any], files: list[str], run: Run, tmp_path: Path
) -> None:
    run(CheckpointHook(**arguments))
    assert kept(tmp_path / "run") == {f"{name}.pth" for name in files}


@pytest.mark.parametrize("validated", [False, True])
@pytest.mark.parametrize("by_epoch", [True, False])
def test_checkpoints_say_where_they_are_in_the_run(
    by_epoch: bool, validated: bool, run: Run, tmp_path: Path
) -> None:
    hook = CheckpointHook(by_epoch=by_epoch, interval=1)
    run(hook, num_epochs=2, figures={} if validated else None)
    found = {}
    for file in (tmp_path / "run").glob("*.pth"):
        meta = read_meta(file)
        found[file.stem] = tuple(meta[key] for key in ("epoch", "iter", "epoch_step"))
        assert not meta["is_stopover"]
    # That of an epoch's last step is written again after the validation, when the epoch is over.
    steps = {f"iter_{step}": ((step - 1) // 3, step, (step - 1) % 3 + 1) for step in range(1, 7)}
    if validated:
        steps.update(iter_3=(1, 3, 0), iter_6=(2, 6, 0))
    assert found == ({"epoch_1": (1, 3, 0), "epoch_2": (2, 6, 0)} if by_epoch else steps)


def test_where_gradients_are_accumulated_the_next_update_is_saved(run: Run, tmp_path: Path) -> None:
    wrapper = {"optimizer": {"type": "SGD", "lr": 0.1}, "accumulative_counts": 2}
    run(CheckpointHook(by_epoch=False, interval=1), optim_wrapper=wrapper, num_epochs=2)
    assert kept(tmp_path / "run") == {f"iter_{step}.pth" for step in (2, 3, 5, 6)}


def test_a_training_that_ends_early_is_saved_at_its_end(run: Run, tmp_path: Path) -> None:
    class Enough(Hook):
        def after_train_epoch(self, runner: Any) -> None:
            runner.train_loop.stop_training = runner.epoch == 1

    run(CheckpointHook(interval=5), Enough(), num_epochs=9)
    assert kept(tmp_path / "run") == {"epoch_2.pth"}
    meta = read_meta(tmp_path / "run" / "epoch_2.pth")
    assert (meta["epoch"], meta["iter"]) == (2, 6)


def test_what_is_replaced_is_deleted_only_after_the_new_one_is_whole(run: Run) -> None:
    journal = Journal()
    hook = CheckpointHook(max_keep_ckpts=1, stopover_interval=2, save_best="a")
    run(hook, journal, figures={"a": [0.1, 0.2]}, num_epochs=2)
    names = [{name.removesuffix(".pth") for name in files} for files in journal.before_writes]
    assert names == [
        set(),  # iter_2
        {"iter_2"},  # epoch_1
        {"epoch_1"},  # the best
        {"epoch_1", "best_a_epoch_1"},  # epoch_1, validated
        {"epoch_1", "best_a_epoch_1"},  # iter_4
        {"epoch_1", "best_a_epoch_1", "iter_4"},  # iter_6
        {"epoch_1", "best_a_epoch_1", "iter_6"},  # epoch_2
        {"epoch_2", "best_a_epoch_1"},  # the best
        {"epoch_2", "best_a_epoch_1", "best_a_epoch_2"},  # epoch_2, validated
    ]


@pytest.mark.parametrize(
    ("name", "rule", "values", "best"),
    [
        ("map", None, [math.nan, math.nan, math.nan], None),
        ("map", None, [0.1, 0.3, 0.2], 2),
        ("map", None, [0.3, 0.3, math.nan], 1),
        ("map", "less", [0.3, 0.1, 0.2], 2),
        ("val/loss", None, [0.3, 0.1, 0.2], 2),
        ("number_edit_distance", None, [0.3, 0.1, 0.2], 2),
        ("map", None, [-1.0, -2.0, -3.0], 1),
    ],
)
def test_the_best_of_a_figure_is_kept(
    name: str, rule: str | None, values: list[float], best: int | None, run: Run, tmp_path: Path
) -> None:
    hook = CheckpointHook(interval=-1, save_best=name, rule=rule)
    info = run(hook, figures={name: values}).message_hub.runtime_info
    found = [file for file in kept(tmp_path / "run") if file.startswith("best")]
    if best is None:
        assert found == []
        assert "best_score" not in info
        return
    assert found == [f"best_{name.replace('/', '_')}_epoch_{best}.pth"]
    assert info["best_score"] == values[best - 1]
    assert info["best_ckpt"] == str(tmp_path / "run" / found[0])
    meta = read_meta(tmp_path / "run" / found[0])
    assert (meta["epoch"], meta["is_resumable"]) == (best, False)
    assert meta["metrics"][name] == values[best - 1]


def test_several_figures_have_a_best_each(run: Run, tmp_path: Path) -> None:
    hook = CheckpointHook(interval=3, save_best=["a", "b", "c"], rule=["greater", "less", None])
    figures = {"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0], "c": [1.0, 2.0, 0.0]}
    info = run(hook, figures=figures).message_hub.runtime_info
    bests = {"best_a_epoch_3.pth", "best_b_epoch_1.pth", "best_c_epoch_2.pth"}
    assert kept(tmp_path / "run") == {"epoch_3.pth", *bests}
    assert (info["best_score_a"], info["best_score_b"], info["best_score_c"]) == (3.0, 1.0, 2.0)
    assert Path(info["best_ckpt_b"]).name == "best_b_epoch_1.pth"


def test_a_figure_that_is_not_computed_is_an_error(run: Run) -> None:
    with pytest.raises(ValueError, match=r"save_best='map'\): the evaluators give mean, a"):
        run(CheckpointHook(save_best="map"), figures={"a": [1.0]})


@pytest.mark.parametrize(
    ("by_epoch", "write"),
    [
        (True, 4),  # the first that is better than another
        (True, 5),
        (False, 7),
        *(
            pytest.param(by_epoch, write, marks=pytest.mark.campaign)
            for by_epoch in (True, False)
            for write in range(1, 12)
        ),
    ],
)
def test_killed_at_any_write_the_best_that_is_named_is_there_and_the_end_is_the_same(
    by_epoch: bool, write: int, run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "run"

    def hook() -> CheckpointHook:
        return CheckpointHook(
            interval=1 if by_epoch else 2, by_epoch=by_epoch, save_best="a", max_keep_ckpts=2
        )

    figures = {"a": [0.1, 0.3, 0.2, 0.4]}
    options: dict[str, Any] = {"figures": figures, "num_epochs": 4}
    with pytest.raises(RuntimeError, match="killed"):
        run(hook(), EndAt(write), **options)
    for file in folder.glob("*_*.pth"):
        content = torch.load(file, weights_only=True)
        named = content.get("message_hub", {}).get("runtime_info", {}).get("best_ckpt")
        # Of the older ones the best may have been outdone since.
        newest = max(content["meta"]["iter"] for content in map(_load, folder.glob("*_*.pth")))
        if named and content["meta"]["iter"] == newest:
            assert Path(named).is_file()
    runner = run(hook(), resume=True, **options)
    ends = {"epoch_3.pth", "epoch_4.pth"} if by_epoch else {"iter_10.pth", "iter_12.pth"}
    best = f"best_a_{'epoch_4' if by_epoch else 'iter_12'}.pth"
    assert kept(folder) == {*ends, best}
    assert runner.message_hub.runtime_info["best_ckpt"] == str(folder / best)


def _load(file: Path) -> Any:
    return torch.load(file, weights_only=True)


@pytest.mark.parametrize("how", ["deleted", "torn"])
def test_a_best_that_somebody_has_spoilt_is_no_error(how: str, run: Run, tmp_path: Path) -> None:
    figures = {"a": [0.3, 0.1, 0.2, 0.4]}
    run(CheckpointHook(save_best="a"), figures=figures, num_epochs=2)
    best = tmp_path / "run" / "best_a_epoch_1.pth"
    if how == "deleted":
        best.unlink()
    else:
        os.truncate(best, 100)
    hook = CheckpointHook(save_best="a")
    runner = run(hook, figures=figures, num_epochs=4, resume=True)
    assert runner.message_hub.runtime_info["best_score"] == 0.4
    names = {name for name in kept(tmp_path / "run") if name.startswith("best")}
    assert names == {"best_a_epoch_4.pth"}


def test_a_best_that_was_outdone_as_the_run_was_killed_is_deleted(run: Run, tmp_path: Path) -> None:
    folder, figures = tmp_path / "run", {"a": [0.1, 0.2, 0.1]}
    run(CheckpointHook(save_best="a"), figures=figures, num_epochs=2)
    left = folder / "best_a_epoch_1.pth"
    left.write_bytes((folder / "best_a_epoch_2.pth").read_bytes())
    run(CheckpointHook(save_best="a"), figures=figures, resume=True)
    assert {name for name in kept(folder) if "best" in name} == {"best_a_epoch_2.pth"}


def test_a_best_that_is_gone_is_not_said_to_be_there(run: Run, tmp_path: Path) -> None:
    figures = {"a": [0.3, 0.1, 0.2]}
    run(CheckpointHook(save_best="a"), figures=figures, num_epochs=2)
    (tmp_path / "run" / "best_a_epoch_1.pth").unlink()
    info = run(CheckpointHook(save_best="a"), figures=figures, resume=True).message_hub.runtime_info
    assert "best_ckpt" not in info
    assert info["best_score"] == 0.3


@pytest.mark.parametrize("failing", ["epoch_2.pth", "best_a_epoch_2.pth"])
def test_a_full_disk_leaves_what_there_was(failing: str, run: Run, tmp_path: Path) -> None:
    """In a forked process, which may write no longer files from then on."""

    class Full(Hook):
        priority = "LOWEST"

        def before_save_checkpoint(self, runner: Any, checkpoint: Any) -> None:  # noqa: ARG002
            meta = checkpoint["meta"]
            if meta["epoch"] == 2 and meta["is_resumable"] != failing.startswith("best"):
                resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))

    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            run(CheckpointHook(max_keep_ckpts=1, save_best="a"), Full(), figures={"a": [0.1, 0.2]})
        except OSError as error:
            code = 42 if failing in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    folder = tmp_path / "run"
    before = {"epoch_1.pth"} if failing == "epoch_2.pth" else {"epoch_2.pth"}
    assert kept(folder) == {*before, "best_a_epoch_1.pth"}
    for file in folder.glob("*.pth"):
        _load(file)
    assert not list(folder.glob(".*.part"))
    figures = {"a": [0.1, 0.2, 0.3]}
    run(CheckpointHook(max_keep_ckpts=1, save_best="a"), figures=figures, resume=True)
    assert kept(folder) == {"epoch_3.pth", "best_a_epoch_3.pth"}


def test_only_the_own_stopovers_and_checkpoints_are_deleted(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run(CheckpointHook(interval=-1, save_last=False, stopover_interval=2), num_epochs=1)
    others = {"iter_1.pth", "epoch_x.pth", "epoch_0.pth.bak", "best_a_b_epoch_1.pth", "iter_1.txt"}
    for name in others:
        (folder / name).write_bytes((folder / "iter_2.pth").read_bytes())
    # A checkpoint of a hook by steps, which is no stopover.
    content = _load(folder / "iter_1.pth")
    content["meta"]["is_stopover"] = False
    torch.save(content, folder / "iter_1.pth")
    hook = CheckpointHook(save_best="a", max_keep_ckpts=1)
    run(hook, figures={"a": [0.0, 1.0, 2.0]}, resume=True)
    files = {file.name for file in folder.iterdir() if file.is_file() and file.suffix != ".py"}
    assert files - {".lock"} == {
        *others,
        "epoch_3.pth",
        "best_a_epoch_3.pth",
    }


def test_what_another_program_named_alike_is_neither_written_over_nor_deleted(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    names = ("epoch_1.pth", "iter_2.pth", "best_a_epoch_1.pth", "epoch_3.pth")
    for number, name in enumerate(names):
        torch.save({"state_dict": {"a": torch.tensor(number)}}, folder / name)
    (folder / "model.pth").write_bytes(b"my own")
    hook = CheckpointHook(save_best="a", max_keep_ckpts=1, stopover_interval=2)
    run(hook, figures={"a": [0.0, 1.0, 2.0]})
    assert kept(folder) == {"epoch_3.pth", "best_a_epoch_3.pth", "model.pth"}
    (aside,) = folder.glob("earlier_*")
    for number, name in enumerate(names):
        assert _load(aside / name) == {"state_dict": {"a": torch.tensor(number)}}


class AtStep(Hook):
    """Does something after a step, when it is saved."""

    priority = "LOWEST"

    def __init__(self, step: int, act: Callable[[Any], object]) -> None:
        self.step = step
        self.act = act

    def after_train_iter(self, runner: Any, *_: Any, **__: Any) -> None:
        if runner.iter + 1 == self.step:
            self.act(runner)


def _fail(_: Any) -> None:
    raise RuntimeError("killed")


def test_weights_alone_do_not_replace_what_a_run_goes_on_from(run: Run, tmp_path: Path) -> None:
    def hook() -> CheckpointHook:
        return CheckpointHook(save_optimizer=False, stopover_interval=2, max_keep_ckpts=1)

    with pytest.raises(RuntimeError, match="killed"):
        run(hook(), AtStep(7, _fail))
    assert kept(tmp_path / "run") == {"epoch_2.pth", "iter_6.pth"}
    assert newest_checkpoint(tmp_path / "run") == tmp_path / "run" / "iter_6.pth"
    run(hook(), resume=True)
    assert kept(tmp_path / "run") == {"epoch_3.pth", "iter_8.pth"}


@pytest.mark.parametrize(
    ("by_epoch", "files"),
    [(True, ["epoch_1", "iter_3"]), (False, ["iter_1", "iter_2", "iter_3"])],
)
def test_a_signal_leaves_something_to_go_on_from_where_weights_alone_are_saved(
    by_epoch: bool, files: list[str], run: Run, tmp_path: Path
) -> None:
    hook = CheckpointHook(save_optimizer=False, by_epoch=by_epoch, interval=1)
    ask = AtStep(3, lambda _: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(TrainingInterrupted, match=r"iter_3\.pth"):
        run(hook, ask, figures={})
    folder = tmp_path / "run"
    assert kept(folder) == {f"{name}.pth" for name in files}
    assert newest_checkpoint(folder) == folder / "iter_3.pth"
    run(CheckpointHook(save_optimizer=False, by_epoch=by_epoch, interval=1), resume=True)
    ends = ["epoch_2", "epoch_3"] if by_epoch else [f"iter_{step}" for step in range(4, 10)]
    assert {f"{name}.pth" for name in (*files[:-1], *ends)} <= kept(folder)


def test_a_validation_is_counted(run: Run) -> None:
    runner = run(CheckpointHook(), figures={})
    assert runner.message_hub.runtime_info[VALIDATED] == 3
