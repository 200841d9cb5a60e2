"""Shows what a run gave when it is finished."""

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from digitdet.console import console
from digitdet.registry import HOOKS


@HOOKS.register_module()
class ReportHook(Hook):
    """Writes ``WORK_DIR/report.html`` and its pictures at the end of a training.

    They show what the run left in its work folder: ``scalars.csv``, ``run.json``, ``best/``. Where
    they can't be made, the log says why, and the run's results are as they are without a report.
    ``tools/report.py`` makes one at any time, also of a run that was stopped.
    """

    priority = "LOWEST"  # when all else is written

    def after_train(self, runner: Runner) -> None:
        """Write the report, and say where it is."""
        if not is_main_process():
            return
        from digitdet.analysis.report import write_report

        folder = Path(runner.work_dir)
        try:
            page = write_report(folder)
        except Exception as error:  # a training of days is not lost for its report
            runner.logger.warning(
                f"no report was made ({type(error).__name__}: {error}); the results of the run are "
                f"whole. To try once more: python tools/report.py {folder}"
            )
            return
        console.print(f"report: {page}")
