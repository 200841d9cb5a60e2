"""Hands what a run logs to those who show it; costs its start nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import mmengine.visualization
from mmengine.config import Config
from mmengine.dist import is_main_process

from digitdet.command_line import OF_INPUT
from digitdet.console import warn
from digitdet.registry import VISUALIZERS
from digitdet.visualization.live_run import LiveBackend, LiveRun, Outcome
from digitdet.visualization.remembered import forget

FRAMELESS = {"frameon": False}
# What mmengine draws on, and its resolution.
CANVAS = ("fig_save_canvas", "fig_save", "ax_save", "dpi")


@VISUALIZERS.register_module()
class Visualizer(mmengine.visualization.Visualizer):
    """mmengine's visualizer, which begins a canvas when it is drawn on.

    A training hands it numbers alone, and matplotlib takes a good part of a start. It tells its
    backends where a training begins and how it ends. One that fails in between is left out from
    there on, and a warning says so: the training and its files do not depend on it.

    Args:
        name: Name of the instance.
        image: (H, W, 3) uint8, what is drawn on; None for nothing yet.
        vis_backends: What keeps what it is handed, as configs.
        save_dir: Folder of theirs.
        fig_save_cfg: Arguments of the figure that is kept; None for one without a frame.
        fig_show_cfg: Arguments of the figure that is shown; None for one without a frame.
    """

    def __init__(
        self,
        name: str = "visualizer",
        image: Any = None,
        vis_backends: Any = None,
        save_dir: str | None = None,
        fig_save_cfg: Mapping[str, Any] | None = None,
        fig_show_cfg: Mapping[str, Any] | None = None,
    ) -> None:
        figures = (dict(config or FRAMELESS) for config in (fig_save_cfg, fig_show_cfg))
        super().__init__(name, None, vis_backends, save_dir, *figures)
        for attribute in CANVAS:
            delattr(self, attribute)  # until it is asked for
        self._is_live = False
        if image is not None:
            self.set_image(image)

    def __getattr__(self, name: str) -> Any:
        """Begin a canvas, if it is that which is missing."""
        if name not in CANVAS:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        parts = super()._initialize_fig(self.fig_save_cfg)
        self.fig_save_canvas, self.fig_save, self.ax_save = parts
        self.dpi = self.fig_save.get_dpi()
        return getattr(self, name)

    def add_config(self, config: Config, **kwargs: Any) -> None:
        """Hand over the config; of a training, refuse what it would fail of.

        Raises:
            ImportError: If an extra is not installed.
            OSError: If a server does not answer.
        """
        if config.get("train_cfg") is not None and is_main_process():
            for backend in self._vis_backends.values():
                if isinstance(backend, LiveBackend):
                    backend.check()
        super().add_config(config, **kwargs)

    def begin(self, run: LiveRun) -> None:
        """Tell where a training begins, or goes on; the main process calls it.

        Raises:
            RuntimeError: If a backend can't begin; its errors of input come as they are.
        """
        if not run.is_resumed:
            forget(run.work_dir)
        self._is_live = True
        for name, backend in self._vis_backends.items():
            try:
                if isinstance(backend, LiveBackend):
                    backend.begin(run)
            except OF_INPUT:
                raise
            except Exception as error:
                raise RuntimeError(
                    f"{name}: {error}; to train without it, leave it out of visualizer.vis_backends"
                ) from error

    def add_image(self, name: str, image: Any, step: int = 0) -> None:
        """Hand over a picture, (H, W, 3) uint8 RGB."""
        self._tell("add_image", name, image, step)

    def add_scalar(self, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        """Hand over a value."""
        self._tell("add_scalar", name, value, step, **kwargs)

    def add_scalars(
        self,
        scalar_dict: dict[str, Any],
        step: int = 0,
        file_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Hand over values of a step."""
        self._tell("add_scalars", scalar_dict, step, file_path, **kwargs)

    def close(self) -> None:
        """Close the backends; while a training goes on, its end does."""
        if not self._is_live:
            super().close()

    def end(self, outcome: Outcome) -> None:
        """Tell how the training ended; the main process calls it."""
        for name, backend in list(self._vis_backends.items()):
            with self._left_out_on_error(name):
                if isinstance(backend, LiveBackend):
                    backend.end(outcome)
                else:
                    backend.close()
        self._is_live = False

    def _tell(self, method: str, *args: Any, **kwargs: Any) -> None:
        if is_main_process():
            for name, backend in list(self._vis_backends.items()):
                with self._left_out_on_error(name):
                    getattr(backend, method)(*args, **kwargs)

    @contextmanager
    def _left_out_on_error(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            del self._vis_backends[name]
            text = str(error).strip() or type(error).__name__
            warn(f"{name}: {text}; the run is not shown there any more, its files hold all")

    def _initialize_fig(self, fig_cfg: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """Begin none: mmengine asks for one when a visualizer is made."""
        return (_NoFigure(),) * 3


# By name, as one is asked for: mmengine keeps those of each class apart.
Visualizer._instance_dict = mmengine.visualization.Visualizer._instance_dict


class _NoFigure:
    def get_dpi(self) -> None:
        """Return none."""
