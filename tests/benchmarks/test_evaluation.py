"""The benchmark of evaluation, run as a user does."""

from collections.abc import Callable

import pytest

from digitdet.benchmarks import evaluation
from digitdet.benchmarks.evaluation_data import draw_results
from digitdet.benchmarks.evaluation_paths import check_agreement

Tool = Callable[[str], Callable[[list[str]], None]]


@pytest.mark.campaign
@pytest.mark.usefixtures("_forked")
def test_evaluation_and_synchronisation_are_printed_beside_torchmetrics(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = evaluation.benchmark_evaluation(num_pictures=7, num_detections=2, repeats=1)
    out = capsys.readouterr().out
    assert "7 pictures of 2 detections, 1 turns" in out
    assert "the figures agree" in out
    for title in ("evaluation, of one process", "synchronisation of 2 processes"):
        _, _, table = out.partition(title)
        assert table.index("digitdet") < table.index("torchmetrics │")
    assert "pycocotools alone" in out
    assert all(value > 0 for value in figures.values())
    for part in ("evaluation", "synchronisation"):
        ours, other = (figures[f"{part}, {name}, seconds"] for name in ("digitdet", "torchmetrics"))
        assert figures[f"{part}, ratio"] == pytest.approx(other / ours)


def test_figures_that_differ_are_an_error() -> None:
    figures = {"digitdet": {"map": 0.5, "ap_0": 1.0}, "torchmetrics": {"map": 0.5, "mar_1": 0.1}}
    assert check_agreement(figures) == 0
    figures["torchmetrics"]["map"] = 0.5002
    with pytest.raises(RuntimeError, match=r"map is 0\.5 by digitdet and 0\.5002 by torchmetrics"):
        check_agreement(figures)


@pytest.mark.parametrize("detections", [1, 3, 40])
def test_the_made_pictures_hold_what_was_asked_for(detections: int) -> None:
    results = draw_results(30, detections)
    assert [target["image_id"] for _, target in results] == list(range(1, 31))
    for prediction, target in results:
        assert len(prediction["boxes"]) == len(prediction["labels"]) == detections
        assert prediction["scores"].tolist() == sorted(prediction["scores"].tolist(), reverse=True)
        assert 1 <= len(target["boxes"]) <= 6
        assert (target["boxes"][:, 2:] > target["boxes"][:, :2]).all()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--num-pictures", "num_pictures has to be at least 2, got 0"),
        ("--detections", "num_detections has to be at least 1, got 0"),
        ("--repeats", "repeats has to be at least 1, got 0"),
    ],
)
def test_nothing_to_measure_is_refused(
    option: str, message: str, tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        tool("benchmark")(["evaluation", option, "0"])
    assert message in capsys.readouterr().err
