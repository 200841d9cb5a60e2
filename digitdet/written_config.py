"""A config that is written as digitdet writes configs."""

from mmengine.config import Config

from digitdet.config_views.text import config_text


class WrittenConfig(Config):
    """mmengine's Config, whose text is written in milliseconds.

    mmengine's own text takes a tenth of a second, and a start asks for it four times: for the log,
    the work folder, the message hub and TensorBoard.
    """

    @property
    def pretty_text(self) -> str:
        """The config as a file that loads again to the same config.

        Raises:
            ValueError: If a value has no literal, as an object that is built already.
        """
        return config_text(self.to_dict())
