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
# One test for each page: its commands need those before them.
PAGES = sorted({command.page for command in COMMANDS if not reason_not_to_run(command.text)})


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


@pytest.mark.documents
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_do_what_they_are_there_for(
    page: str,
    world: World,
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "digitdet"
    world.begin(folder)
    monkeypatch.chdir(folder)
    faults = [
        fault
        for command in COMMANDS
        if command.page == page and not reason_not_to_run(command.text)
        for words in filled(command)
        if (fault := _fault_of(command, world.provide(folder, command.tool, words), tool, capsys))
    ]
    assert not faults, "\n".join(faults)


def _fault_of(
    command: Command, words: list[str], tool: Tool, capsys: pytest.CaptureFixture[str]
) -> str:
    """Run a command; return what it said if it ended otherwise than it should, else nothing."""
    status: object = 0
    try:
        tool(command.tool)(words)
    except SystemExit as stopped:
        status = stopped.code or 0
    output = capsys.readouterr()
    if status == STATUSES.get(command.text, 0):
        return ""
    said = f"{command.place}: {command.tool} {' '.join(words)}\n{output.out}{output.err}"
    return f"{said}\nexit status {status}\n"


def test_each_exception_is_one_of_a_command_that_is_there() -> None:
    texts = [command.text for command in COMMANDS]
    assert [start for start in NOT_RUN if not any(text.startswith(start) for text in texts)] == []
    assert set(STATUSES) - set(texts) == set()
