"""Saves a training, the best of it too."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.checkpoints.best import BestFigure, best_figures
from digitdet.checkpoints.content import VALIDATED_STEP
from digitdet.checkpoints.keeping import STOPOVER, KeptCheckpoints, numbered_files
from digitdet.hooks.accumulation_hook import is_updated
from digitdet.registry import HOOKS

VALIDATED = "validated_epoch"
# Finished epochs and steps, and the epoch that was validated last.
Place = tuple[int, int, int]
EPOCHS, STEPS = "epoch_{}.pth", "iter_{}.pth"


@HOOKS.register_module()
class CheckpointHook(Hook):
    """Saves checkpoints in the work folder, and deletes what newer ones replace.

    A checkpoint is written whole before anything is deleted: the newest whole one and the best are
    always there. That of an epoch is written before its validation, and again with its result. A
    stopover is a checkpoint within an epoch to go on from, ``iter_N.pth``, which the next
    checkpoint replaces; one is saved too where a signal ends the training. Where gradients are
    accumulated, steps are saved at the next update.

    Args:
        interval: Epochs from one checkpoint to the next, or steps; -1 for none.
        by_epoch: Whether ``interval`` and ``save_begin`` count epochs; else they count steps.
        save_begin: The epoch, or step, that ``interval`` counts from.
        save_last: Whether the end of the training is saved in any case.
        save_best: Name of a figure of the validation, or several; the weights of each one's best
            value are kept in ``best_NAME_epoch_N.pth``.
        rule: Whether of a figure the ``"greater"`` or the ``"less"`` value is better; one for all
            figures, or one for each. If None, less is better of losses and of counts of errors.
        max_keep_ckpts: How many are kept, the newest ones, beside stopovers and the best; -1 for
            all.
        save_optimizer: Whether a run can go on from them; else they hold weights alone. Stopovers
            are such in any case, and the newest of them stays.
        filename_tmpl: Name of the files, with ``{}`` for the number of the epoch or step.
        stopover_interval: Steps from one stopover to the next; 0 for none.

    Raises:
        ValueError: If an argument is out of its range.
    """

    priority = "LOWEST"  # so that a checkpoint holds what all other hooks have done

    def __init__(
        self,
        interval: int = 1,
        by_epoch: bool = True,
        save_begin: int = 0,
        save_last: bool = True,
        save_best: str | Sequence[str] | None = None,
        rule: str | Sequence[str | None] | None = None,
        max_keep_ckpts: int = -1,
        save_optimizer: bool = True,
        filename_tmpl: str | None = None,
        stopover_interval: int = 0,
    ) -> None:
        name = filename_tmpl or (EPOCHS if by_epoch else STEPS)
        if name.count("{}") != 1 or Path(name).name != name:
            raise ValueError(
                f"CheckpointHook: filename_tmpl is a file's name with one {{}}, got {name!r}"
            )
        for argument, value, least in (
            ("save_begin", save_begin, 0),
            ("stopover_interval", stopover_interval, 0),
            ("max_keep_ckpts", max_keep_ckpts, -1),
        ):
            if value < least:
                raise ValueError(f"CheckpointHook: {argument} is {least} or more, got {value!r}")
        if max_keep_ckpts == 0:
            raise ValueError("CheckpointHook: max_keep_ckpts is 1 or more, or -1 for all, got 0")
        self.interval = interval
        self.by_epoch = by_epoch
        self.save_begin = save_begin
        self.save_last = save_last
        self.figures = best_figures(save_best, rule)
        self.save_best = tuple(figure.name for figure in self.figures)
        self.max_keep_ckpts = max_keep_ckpts
        self.save_optimizer = save_optimizer
        self.filename_tmpl = name
        self.stopover_interval = stopover_interval
        self._is_due = self._is_stopover_due = False
        self._saved: tuple[Place, Path] | None = None  # the newest one to go on from
        self._regular: tuple[int, Path] | None = None  # of which step, and the newest itself
        self._kept = KeptCheckpoints(Path())

    @property
    def templates(self) -> tuple[str, ...]:
        """The names that it gives, with ``{}`` for the number of the epoch or step."""
        best = (figure.file_name(self.filename_tmpl) for figure in self.figures)
        return (self.filename_tmpl, STOPOVER, *best)

    def before_train(self, runner: Runner) -> None:
        """Look at what the folder of a resumed run holds."""
        self._kept = kept = KeptCheckpoints(Path(runner.work_dir))
        if not runner.iter:
            return
        for figure in self.figures:
            best = runner.message_hub.runtime_info.get(figure.file_key)
            if best and not Path(best).is_file():  # somebody has deleted it
                runner.message_hub.pop_info(figure.file_key)
        if runner._load_from:
            self._saved = _place(runner), Path(runner._load_from)
        number = self._number(runner)
        here = kept.folder / self.filename_tmpl.format(number)
        is_of_here = not self.by_epoch or runner.epoch_step(runner.epoch, runner.iter) == 0
        if here.is_file() and is_of_here:
            self._regular = runner.iter, here
        kept.find_stopovers(runner.iter)
        kept.keep_best(self._best_files(runner))
        for figure in self.figures:
            files = numbered_files(kept.folder, figure.file_name(self.filename_tmpl))
            kept.outdone |= {f for n, f in files.items() if n <= number}
        kept.outdone -= set(self._best_files(runner))

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,  # noqa: ARG002
        data_batch: Any = None,  # noqa: ARG002
        outputs: Any = None,  # noqa: ARG002
    ) -> None:
        """Save a step that it is time for, or the next one after which nothing is accumulated."""
        step = runner.iter + 1
        if not self.by_epoch:
            is_last = self.save_last and self.is_last_train_iter(runner)
            is_time = self.every_n_train_iters(runner, self.interval, self.save_begin)
            self._is_due |= is_last or is_time
        if self.stopover_interval and step % self.stopover_interval == 0:
            self._is_stopover_due = True
        if not (self._is_due or self._is_stopover_due) or not is_updated(runner.optim_wrapper):
            return
        if self._is_due:
            self._save_regular(runner, step, runner.epoch, step)
        else:
            file = self._kept.folder / STOPOVER.format(step)
            self._write(runner, file, runner.epoch, step, is_stopover=True)
        self._is_due = self._is_stopover_due = False

    def after_train_epoch(self, runner: Runner) -> None:
        """Save an epoch that it is time for."""
        is_last = self.save_last and self.is_last_train_epoch(runner)
        is_time = self.every_n_epochs(runner, self.interval, self.save_begin)
        if self.by_epoch and (is_last or is_time):
            epoch = runner.epoch + 1
            self._save_regular(runner, epoch, epoch, runner.iter)

    def after_val_epoch(self, runner: Runner, metrics: Mapping[str, float] | None = None) -> None:
        """Keep the best, and save again what lacks the validation's result.

        Raises:
            ValueError: If a figure is not among those that were computed.
        """
        runner.message_hub.update_info(VALIDATED, runner.epoch)
        runner.message_hub.update_info(VALIDATED_STEP, runner.iter)
        for figure in self.figures:
            self._keep_best(runner, figure, metrics or {})
        if self._regular and self._regular[0] == runner.iter:
            self._write(runner, self._regular[1], runner.epoch, runner.iter)

    def after_train(self, runner: Runner) -> None:
        """Save the end of a training that ended early."""
        is_saved = self._regular is not None and self._regular[0] == runner.iter
        if self.save_last and runner.iter and not is_saved:
            self._save_regular(runner, self._number(runner), runner.epoch, runner.iter)

    def save_stopover(self, runner: Runner) -> Path:
        """Save where a training is between two steps, unless that is saved already.

        Args:
            runner: Of the training, with no gradients accumulated.

        Returns:
            The checkpoint.
        """
        if self._saved is not None and self._saved[0] == _place(runner):
            return self._saved[1]
        file, is_stopover = self._kept.folder / STOPOVER.format(runner.iter), True
        is_regular_here = self._regular is not None and self._regular[0] == runner.iter
        if self._regular and is_regular_here and (self.save_optimizer or self._regular[1] == file):
            file, is_stopover = self._regular[1], False
        self._write(
            runner, file, runner.epoch, runner.iter, is_stopover=is_stopover, is_resumable=True
        )
        return file

    def _number(self, runner: Runner) -> int:
        return int(runner.epoch if self.by_epoch else runner.iter)

    def _save_regular(self, runner: Runner, number: int, epoch: int, step: int) -> None:
        file = self._kept.folder / self.filename_tmpl.format(number)
        self._write(runner, file, epoch, step)
        self._regular = step, file
        if self.max_keep_ckpts > 0:
            self._kept.thin_out(self.filename_tmpl, number, self.max_keep_ckpts)

    def _write(
        self,
        runner: Runner,
        file: Path,
        epoch: int,
        step: int,
        *,
        is_stopover: bool = False,
        is_resumable: bool = False,
    ) -> None:
        """Save after so many finished epochs and steps; then delete what that replaces.

        Weights alone replace nothing: the newest one to go on from stays.
        """
        with_optimizer = self.save_optimizer or is_stopover or is_resumable
        runner.logger.info(f"saving {file}")
        runner.save_checkpoint(
            str(file.parent),
            file.name,
            save_optimizer=with_optimizer,
            meta={"epoch": epoch, "iter": step, "is_stopover": is_stopover},
        )
        if with_optimizer:
            self._saved = (epoch, step, _validated(runner)), file
            self._kept.replace(file, is_stopover=is_stopover, best=self._best_files(runner))

    def _keep_best(self, runner: Runner, figure: BestFigure, metrics: Mapping[str, float]) -> None:
        """Save the weights if they are the best by a figure."""
        hub = runner.message_hub
        value = figure.improved(metrics, hub.runtime_info.get(figure.score_key))
        if value is None:
            return
        name = figure.file_name(self.filename_tmpl).format(self._number(runner))
        place = {"epoch": runner.epoch, "iter": runner.iter}
        folder = self._kept.folder
        runner.save_checkpoint(str(folder), name, save_optimizer=False, meta=place)
        old = hub.runtime_info.get(figure.file_key)
        hub.update_info(figure.score_key, value)
        hub.update_info(figure.file_key, str(folder / name))
        self._kept.replace_best(Path(old) if old else None, folder / name)
        runner.logger.info(f"saved {folder / name}: {figure.name} {value:.4f} is the best so far")

    def _best_files(self, runner: Runner) -> list[Path]:
        info = runner.message_hub.runtime_info
        return [Path(info[f.file_key]) for f in self.figures if f.file_key in info]


def _validated(runner: Runner) -> int:
    return int(runner.message_hub.runtime_info.get(VALIDATED, 0))


def _place(runner: Runner) -> Place:
    return runner.epoch, runner.iter, _validated(runner)
