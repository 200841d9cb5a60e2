"""The commands of each page, run one after the other by one who reads it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
import torchvision

from documents.commands import ROOT, Command, find_commands, pages
from documents.exceptions import NOT_RUN, STATUSES, reason_not_to_run
from documents.words import filled
from documents.world import World

Tool = Callable[[str], Callable[[list[str]], None]]
COMMANDS = [
    command
    for page in pages()
    for command in find_commands(str(page.relative_to(ROOT)), page.read_text(encoding="utf-8"))
]
RUN = [
    pytest.param(command, id=command.place, marks=pytest.mark.xdist_group(command.page))
    for command in COMMANDS
    if not reason_not_to_run(command.text)
]


@pytest.fixture(scope="session")
def world(
    tmp_path_factory: pytest.TempPathFactory, checkpoint: Path, tool: Tool
) -> Iterator[World]:
    """What the commands need, and weights of torchvision's where it looks for them."""
    home = tmp_path_factory.mktemp("world")
    weights = home / "torch" / "hub" / "checkpoints"
    weights.mkdir(parents=True)
    model = torchvision.models.detection.fasterrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None
    )
    torch.save(model.state_dict(), weights / "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_HOME", str(home / "torch"))
        yield World(home, checkpoint, tool)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, world: World) -> Callable[[str], Path]:
    """Returns a function that gives the folder of a page, the same for all its commands."""
    begun: dict[str, Path] = {}

    def folder_of(page: str) -> Path:
        if page not in begun:
            begun[page] = tmp_path_factory.mktemp("page") / "digitdet"
            world.begin(begun[page])
        return begun[page]

    return folder_of


@pytest.mark.documents
@pytest.mark.parametrize("command", RUN)
def test_a_command_does_what_it_is_there_for(
    command: Command,
    world: World,
    folders: Callable[[str], Path],
    tool: Tool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = folders(command.page)
    monkeypatch.chdir(folder)
    for words in filled(command):
        words = world.provide(folder, command.tool, words)
        status: object = 0
        try:
            tool(command.tool)(words)
        except SystemExit as stopped:
            status = stopped.code or 0
        output = capsys.readouterr()
        said = f"{command.place}: {command.tool} {' '.join(words)}\n{output.out}{output.err}"
        assert status == STATUSES.get(command.text, 0), said


def test_each_exception_is_one_of_a_command_that_is_there() -> None:
    texts = [command.text for command in COMMANDS]
    assert [start for start in NOT_RUN if not any(text.startswith(start) for text in texts)] == []
    assert set(STATUSES) - set(texts) == set()
