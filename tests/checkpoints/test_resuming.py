"""What a run takes over from a checkpoint, what it says of it, and what it refuses."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config

from digitdet.checkpoints.content import pack
from digitdet.checkpoints.finding import newest_checkpoint
from digitdet.runner import Runner

from .conftest import line_config

Build = Callable[..., Runner]
GoOn = Callable[..., tuple[Runner, str]]
Output = pytest.CaptureFixture[str]


def weights(runner: Runner) -> dict[str, list[float]]:
    return {name: value.tolist() for name, value in runner.bare_model.state_dict().items()}


def rewrite(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a checkpoint holds."""
    content = torch.load(file, weights_only=True)
    change(content)
    torch.save(content, file)


@pytest.fixture(scope="module")
def run_of_one_epoch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one epoch, four steps."""
    config = Config(line_config(tmp_path_factory.mktemp("one_epoch") / "run"))
    config.train_cfg.max_epochs = 1
    Runner.from_cfg(config).train()
    return Path(config.work_dir)


@pytest.fixture
def epoch_1(run_of_one_epoch: Path, tmp_path: Path) -> Path:
    """The checkpoint of that run, in the folder ``run``."""
    shutil.copytree(run_of_one_epoch, tmp_path / "run")
    return tmp_path / "run" / "epoch_1.pth"


@pytest.fixture(scope="module")
def plain_weights(
    run_of_one_epoch: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[float]]:
    """The weights of a run that goes on from there, with no other change than its length."""
    config = Config(line_config(tmp_path_factory.mktemp("plain") / "run"))
    config.update(load_from=str(run_of_one_epoch / "epoch_1.pth"), resume=True)
    runner = Runner.from_cfg(config)
    runner.train()
    return weights(runner)


@pytest.fixture
def iter_6(line_run: Build, capsys: Output) -> Path:
    """The checkpoint of step 6, in the second epoch, of a run in the folder ``run``."""
    changes = {"default_hooks.checkpoint.stopover_interval": 6}
    runner = line_run("run", changes, custom_hooks=[dict(type="Break", after=7)])
    with pytest.raises(RuntimeError, match="broken"):
        runner.train()
    capsys.readouterr()
    return Path(runner.work_dir, "iter_6.pth")


@pytest.fixture
def go_on(line_run: Build, capsys: Output) -> GoOn:
    """Returns a function that goes on in another folder; returns the run and what it said."""
    folders = (f"further_{number}" for number in itertools.count())

    def train(
        file: Path, changes: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[Runner, str]:
        runner = line_run(next(folders), changes, load_from=str(file), resume=True, **kwargs)
        runner.train()
        return runner, capsys.readouterr().out

    return train


def test_a_run_without_a_checkpoint_begins(line_run: Build, capsys: Output) -> None:
    runner, other = line_run("new", resume=True), line_run("other")
    runner.train()
    assert "holds no checkpoint, so training starts from the beginning" in capsys.readouterr().out
    other.train()
    assert weights(runner) == weights(other)


def test_with_the_same_config_nothing_is_said(line_run: Build, go_on: GoOn, capsys: Output) -> None:
    whole = line_run("run")
    whole.train()
    capsys.readouterr()
    again, said = go_on(Path(whole.work_dir, "epoch_1.pth"))
    assert said == ""
    assert weights(again) == weights(whole)


def test_the_newest_of_the_work_folder_is_gone_on_from(iter_6: Path, line_run: Build) -> None:
    runner, whole = line_run("run", resume=True), line_run("whole")
    runner.train()
    whole.train()
    assert runner._load_from == str(iter_6)
    assert weights(runner) == weights(whole)


def test_another_length_is_said_and_not_ignored(epoch_1: Path, go_on: GoOn) -> None:
    _, said = go_on(epoch_1)
    assert "train_cfg.max_epochs: 1 -> 2\n" in said
    assert "ignored" not in said


HELD = [
    {"optim_wrapper.optimizer.lr": 5.0},
    {"optim_wrapper.optimizer.momentum": 0.0},
    {"optim_wrapper.optimizer.weight_decay": 0.5},
    {"param_scheduler.0.start_factor": 0.5},
    {"param_scheduler.0.end": 100},
    {"randomness.seed": 7},
    {"auto_scale_lr": {"enable": True, "base_batch_size": 1}},
]


@pytest.mark.parametrize("changes", HELD, ids=lambda changes: next(iter(changes)))
def test_what_is_said_to_be_ignored_is_ignored(
    changes: dict[str, Any], epoch_1: Path, go_on: GoOn, plain_weights: dict[str, list[float]]
) -> None:
    changed, said = go_on(epoch_1, changes)
    (line,) = (line for line in said.splitlines() if line.endswith("(ignored)"))
    assert line.strip().startswith(f"{next(iter(changes))}: ")
    assert "start from its weights instead, without --resume" in said
    assert weights(changed) == plain_weights


EFFECTIVE = [
    {"optim_wrapper.clip_grad": {"max_norm": 1e-3}},
    {"optim_wrapper.accumulative_counts": 2},
    {"train_dataloader.sampler.shuffle": False},
]


@pytest.mark.parametrize("changes", EFFECTIVE, ids=lambda changes: next(iter(changes)))
def test_what_is_not_said_to_be_ignored_has_an_effect(
    changes: dict[str, Any], epoch_1: Path, go_on: GoOn, plain_weights: dict[str, list[float]]
) -> None:
    changed, said = go_on(epoch_1, changes)
    assert f"{next(iter(changes))}: " in said
    assert "ignored" not in said
    assert weights(changed) != plain_weights


REFUSED = [
    ({"optim_wrapper.optimizer": {"type": "AdamW", "lr": 0.1, "_delete_": True}}, "optimizer.type"),
    ({"param_scheduler.0.type": "ConstantLR", "param_scheduler.0.factor": 0.1}, "scheduler.0.type"),
    ({"param_scheduler": None}, "it has 1 schedules, the config 0"),
    ({"optim_wrapper.paramwise_cfg": {"bias_lr_mult": 2.0}}, "optimizer or schedules do not fit"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_the_state_of_another_optimizer_or_schedule_is_refused(
    changes: dict[str, Any], reason: str, epoch_1: Path, line_run: Build
) -> None:
    if "param_scheduler.0.type" in changes:
        changes = {"param_scheduler": [dict(type="ConstantLR", factor=0.1, end=8, by_epoch=False)]}
    runner = line_run("run", changes, resume=True)
    with pytest.raises(ValueError, match=reason) as caught:
        runner.train()
    assert "load_from=FILE" in str(caught.value)
    assert epoch_1.is_file()  # nothing was set aside


def test_another_number_of_batches_is_refused_within_an_epoch(
    iter_6: Path, line_run: Build
) -> None:
    changes = {"train_dataloader.batch_size": 4}
    with pytest.raises(ValueError, match=r"step 2 of the 4 of an epoch, which .* has 2") as caught:
        line_run("run", changes, resume=True).train()
    assert "epoch_*.pth" in str(caught.value)
    runner = line_run("run", changes, load_from=str(iter_6.with_name("epoch_1.pth")), resume=True)
    runner.train()  # as it says
    assert runner.iter == 6
    assert list(iter_6.parent.glob("earlier_*/iter_6.pth"))


@pytest.mark.parametrize("stop", [None, 5, 6, 7, 8])
def test_an_epochs_end_is_gone_on_from_with_other_batches(
    stop: int | None, epoch_1: Path, line_run: Build, capsys: Output
) -> None:
    changes = {
        "train_dataloader.batch_size": 4,
        "train_cfg.max_epochs": 3,
        "default_hooks.checkpoint.stopover_interval": 1,
    }
    whole = line_run("whole", changes, load_from=str(epoch_1), resume=True)
    whole.train()
    assert "an epoch has 2 steps now, 4 before" in capsys.readouterr().out
    assert (whole.epoch, whole.iter, whole.max_iters) == (3, 4 + 2 * 2, 4 + 2 * 2)
    if stop is None:
        return
    broken = line_run(
        "run",
        changes,
        load_from=str(epoch_1),
        resume=True,
        custom_hooks=[dict(type="Break", after=stop)],
    )
    with pytest.raises(RuntimeError, match="broken"):
        broken.train()
    again = line_run("run", changes, resume=True)
    again.train()
    assert (again.epoch, again.iter, again.max_iters) == (3, 8, 8)
    assert weights(again) == weights(whole)


def test_a_finished_run_says_so_and_trains_no_more(
    epoch_1: Path, line_run: Build, capsys: Output
) -> None:
    before = epoch_1.read_bytes()
    runner = line_run("run", {"train_cfg.max_epochs": 1}, resume=True)
    runner.train()
    said = capsys.readouterr().out
    assert "is the end of this training, after epoch 1 of 1: nothing is left to train" in said
    assert "`--cfg-options train_cfg.max_epochs=N`" in said
    assert runner.iter == 4
    assert weights(runner) == {
        name: value.tolist()
        for name, value in torch.load(epoch_1, weights_only=True)["state_dict"].items()
    }
    assert torch.load(epoch_1, weights_only=True)["meta"]["iter"] == 4
    assert before
    more = line_run("run", {"train_cfg.max_epochs": 2}, resume=True)
    more.train()
    assert more.iter == 8


def test_a_torn_file_is_refused_and_the_newest_whole_one_beside_it_named(
    line_run: Build, tmp_path: Path
) -> None:
    line_run("run").train()
    first, torn = tmp_path / "run" / "epoch_1.pth", tmp_path / "run" / "epoch_2.pth"
    torn.write_bytes(torn.read_bytes()[:-2000])
    with pytest.raises(ValueError, match=r"epoch_2\.pth: .*is torn or damaged") as caught:
        line_run("run", load_from=str(torn), resume=True).train()
    assert str(caught.value).endswith(f"; the newest whole one beside it: `--resume {first}`")


def test_an_average_is_not_gone_on_with_as_weights(line_run: Build, go_on: GoOn) -> None:
    runner = line_run("run", custom_hooks=[dict(type="EMAHook", momentum=0.1)])
    runner.train()
    file = Path(runner.work_dir, "epoch_1.pth")
    with pytest.raises(ValueError, match="its weights are averages of an EMAHook"):
        go_on(file)
    again, _ = go_on(file, custom_hooks=[dict(type="EMAHook", momentum=0.1)])
    assert weights(again) == weights(runner)


def test_random_states_of_another_number_of_processes_are_said_not_to_go_on(
    epoch_1: Path, go_on: GoOn
) -> None:
    rewrite(epoch_1, lambda content: content["random_states"].append({}))
    _, said = go_on(epoch_1)
    assert "was written by 2 processes, and this run has 1: its random numbers are others" in said


def test_other_versions_are_said(epoch_1: Path, go_on: GoOn) -> None:
    assert "other versions" not in go_on(epoch_1)[1]
    rewrite(epoch_1, lambda content: content["meta"]["versions"].update(torch="1.0"))
    assert f"torch 1.0 -> {torch.__version__}" in go_on(epoch_1)[1]
    rewrite(epoch_1, lambda content: content["meta"]["versions"].pop("torch"))
    assert f"torch unknown -> {torch.__version__}" in go_on(epoch_1)[1]


@pytest.mark.parametrize("checkpoints", [None, dict(type="CheckpointHook")])
def test_the_config_of_a_foreign_checkpoint_is_not_executed(
    checkpoints: Any, epoch_1: Path, go_on: GoOn, tmp_path: Path
) -> None:
    marker = tmp_path / "executed"
    source = f"open({str(marker)!r}, 'w').close()"
    rewrite(epoch_1, lambda content: content["meta"].update(config=source, cfg=source))
    rewrite(epoch_1, lambda content: content["meta"].pop("format"))
    Config.fromstring(source, file_format=".py")
    assert marker.exists()  # it would be executed
    marker.unlink()
    with pytest.raises(ValueError, match=r"epoch_1\.pth: was not written by digitdet"):
        go_on(epoch_1, {"default_hooks.checkpoint": checkpoints})
    assert not marker.exists()


def test_a_run_from_another_folder_mixes_with_nothing_there(
    epoch_1: Path, line_run: Build, tmp_path: Path
) -> None:
    best = {"default_hooks.checkpoint.save_best": "mean"}
    line_run("other", best).train()
    names = {file.name for file in (tmp_path / "other").glob("*.pth")}
    content = torch.load(epoch_1, weights_only=True)
    (name,) = (name for name in names if name.startswith("best_mean"))
    content["message_hub"]["runtime_info"]["best_ckpt"] = f"/elsewhere/{name}"
    torch.save(content, epoch_1)
    runner = line_run("other", best, load_from=str(epoch_1), resume=True)
    runner.train()
    kept = {file.name for file in (tmp_path / "other").glob("earlier_*/*.pth")}
    assert kept == names
    assert newest_checkpoint(tmp_path / "other") == tmp_path / "other" / "epoch_2.pth"
    assert epoch_1.is_file()


def test_a_new_run_in_the_folder_of_its_starting_weights_loads_them_first(
    epoch_1: Path, line_run: Build
) -> None:
    state = torch.load(epoch_1, weights_only=True)["state_dict"]
    runner = line_run("run", {"optim_wrapper.optimizer.lr": 0.0}, load_from=str(epoch_1))
    runner.train()
    assert weights(runner) == {name: value.tolist() for name, value in state.items()}
    assert runner.iter == 8
    (folder,) = epoch_1.parent.glob("earlier_*")
    assert [file.name for file in folder.iterdir()] == ["epoch_1.pth"]
    runner.train()  # is done, and takes its own files for nobody else's
    assert len(list(epoch_1.parent.glob("earlier_*"))) == 1


def test_what_a_run_leaves_out_is_asked_of_the_loops_position(
    line_run: Build, epoch_1: Path
) -> None:
    runner = line_run("run", {"train_dataloader.batch_size": 4}, resume=True)
    runner.train()
    said = pack(runner, epoch=1, iteration=5, with_optimizer=False, is_stopover=True)["meta"]
    assert (said["epoch_step"], said["batches_per_epoch"]) == (1, 2)
    assert epoch_1.is_file()
