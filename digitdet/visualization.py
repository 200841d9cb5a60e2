"""What shows a run beside the console and its files; costs its start nothing."""

from collections.abc import Mapping
from typing import Any

import mmengine.visualization
from mmengine.config import Config

from digitdet.registry import VISBACKENDS, VISUALIZERS

FRAMELESS = {"frameon": False}
# What mmengine draws on, and its resolution.
CANVAS = ("fig_save_canvas", "fig_save", "ax_save", "dpi")


@VISUALIZERS.register_module()
class Visualizer(mmengine.visualization.Visualizer):
    """mmengine's visualizer, which begins a canvas when it is drawn on.

    A training hands it numbers alone, and matplotlib takes a good part of a start.

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

    def _initialize_fig(self, fig_cfg: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """Begin none: mmengine asks for one when a visualizer is made."""
        return (_NoFigure(),) * 3


# By name, as one is asked for: mmengine keeps those of each class apart.
Visualizer._instance_dict = mmengine.visualization.Visualizer._instance_dict


class _NoFigure:
    def get_dpi(self) -> None:
        """Return none."""


@VISBACKENDS.register_module()
class TensorboardVisBackend(mmengine.visualization.TensorboardVisBackend):
    """mmengine's writer for TensorBoard, which begins its file with the first value.

    The config is written before it.

    Args:
        save_dir: Folder of the file.
    """

    def __init__(self, save_dir: str) -> None:
        super().__init__(save_dir)
        self._config: Config | None = None

    def add_config(self, config: Config, **_: Any) -> None:
        """Keep the config for the file."""
        self._config = config

    def _init_env(self) -> None:
        super()._init_env()
        if self._config is not None:
            self._tensorboard.add_text("config", self._config.pretty_text)
