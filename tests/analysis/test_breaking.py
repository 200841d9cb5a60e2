import pytest
from analysis.made_pictures import Corners, picture
from analysis.planting import plant_errors

from digitdet.analysis.breaking import READING, SEVERAL, UNSURE, Breakage, find_breakages
from digitdet.analysis.corrections import find_all
from digitdet.analysis.errors import ERROR_KINDS, Verdict, find_errors
from digitdet.analysis.mending import Reader, mending_table, reading_level
from digitdet.benchmarks.evaluation_data import draw_results
from digitdet.evaluation.number_metric import read_picture
from digitdet.evaluation.results import Result
from digitdet.readers import LeftToRightReader, LineReader
from digitdet.structures import Number, Prediction

SEVEN: Corners = (10, 10, 20, 30)
ONE: Corners = (21, 10, 31, 30)
NEXT: Corners = (32, 10, 42, 30)
TRUTH = [(SEVEN, 7), (ONE, 1)]
BELOW: Corners = (10, 20, 20, 40)  # an IoU of 1/3 with SEVEN


def find_all_breakages(
    results: list[Result], reader: Reader, truth: str = "file"
) -> list[Breakage]:
    errors = find_errors(results, min_score=reading_level(reader))
    return find_breakages(results, errors, reader, truth=truth)


def find(result: Result, score_threshold: float = 0.5, truth: str = "file") -> Breakage:
    (breakage,) = find_all_breakages([result], LeftToRightReader(score_threshold), truth)
    return breakage


def cause(result: Result, score_threshold: float = 0.5) -> tuple[str, list[int]]:
    breakage = find(result, score_threshold)
    assert not breakage.is_right
    return breakage.cause, breakage.rows.tolist()


def test_no_pictures_break() -> None:
    assert find_breakages([], [], LineReader()) == []


def test_a_picture_without_digits_in_which_nothing_is_read_is_right() -> None:
    breakage = find(picture([(SEVEN, 7, 0.4)], []))
    assert (breakage.is_right, breakage.cause, breakage.rows.tolist()) == (True, "", [])


def test_a_number_that_is_read_is_right_whatever_else_is_wrong() -> None:
    found = [(SEVEN, 7, 0.9), (ONE, 1, 0.9), (NEXT, 4, 0.4)]
    assert find(picture(found, TRUTH)).is_right


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(ONE, 1, 0.9)], ("missed", [0])),
        ([(SEVEN, 7, 0.9), (ONE, 1, 0.9), (SEVEN, 7, 0.8)], ("duplicate", [2])),
        ([(SEVEN, 7, 0.9), (ONE, 4, 0.9)], ("wrong_digit", [1])),
        ([((31, 20, 41, 40), 7, 0.9), (ONE, 1, 0.9)], ("several", [])),
        ([(SEVEN, 7, 0.9), (ONE, 1, 0.9), (BELOW, 2, 0.8)], ("both", [2])),
        ([(SEVEN, 7, 0.9), (ONE, 1, 0.9), (NEXT, 4, 0.8)], ("background", [2])),
    ],
)
def test_the_kind_that_breaks_a_number_is_named_with_its_rows(
    found: list[tuple[Corners, int, float]], expected: tuple[str, list[int]]
) -> None:
    assert cause(picture(found, TRUTH)) == expected


def test_a_box_in_the_wrong_place_breaks_the_order() -> None:
    truth = [((10, 10, 30, 30), 7), ((24, 32, 44, 52), 1)]
    found = [((24, 32, 44, 52), 1, 0.9), ((25, 12, 35, 30), 7, 0.8)]  # an IoU of .21
    assert cause(picture(found, truth)) == ("badly_placed", [1])


def test_only_the_errors_that_have_to_be_mended_are_named() -> None:
    found = [
        *((SEVEN, 3, 0.95), (ONE, 1, 0.9), (ONE, 4, 0.45), (ONE, 5, 0.4)),
        ((60, 10, 70, 30), 8, 0.3),
    ]
    results = [picture(found, TRUTH)]
    errors = find_errors(results, min_score=0.2)
    (breakage,) = find_breakages(results, errors, LeftToRightReader(0.5))
    assert (breakage.cause, breakage.rows.tolist()) == ("wrong_digit", [0])


def test_where_either_of_two_errors_may_be_mended_the_surer_is_named() -> None:
    whole = LeftToRightReader(0.5)

    def reader(prediction: Prediction) -> list[Number]:
        """Read just the two surest, but nothing where there are more than three."""
        best = Prediction(**{key: value[:2] for key, value in prediction.items()})
        return whole(best) if len(prediction["scores"]) <= 3 else []

    found = [(SEVEN, 7, 0.9), (ONE, 1, 0.9), (NEXT, 4, 0.8), ((60, 10, 70, 30), 8, 0.7)]
    (breakage,) = find_all_breakages([picture(found, TRUTH)], reader)
    assert (breakage.cause, breakage.rows.tolist()) == ("background", [2])


def test_errors_that_score_too_little_to_be_read_count_as_missed() -> None:
    assert cause(picture([(SEVEN, 7, 0.9), (ONE, 4, 0.4)], TRUTH)) == ("missed", [1])


def test_where_one_kind_is_not_enough_several_are_to_blame() -> None:
    found = [(SEVEN, 3, 0.9), (ONE, 1, 0.9), (NEXT, 4, 0.8)]
    assert cause(picture(found, TRUTH)) == (SEVERAL, [])


def test_a_digit_that_is_found_but_too_unsure_beside_the_others_is_told_apart() -> None:
    result = picture([(SEVEN, 7, 0.99), (ONE, 1, 0.2)], TRUTH)
    (breakage,) = find_all_breakages([result], LineReader())
    assert (breakage.cause, breakage.rows.tolist()) == (UNSURE, [])


def test_what_is_not_even_read_from_the_true_boxes_is_the_readings_fault() -> None:
    result = picture([(SEVEN, 7, 0.9), (ONE, 1, 0.9)], TRUTH[::-1])  # the file says 17
    assert cause(result) == (READING, [])
    assert find(result, truth="left").is_right


@pytest.mark.parametrize("kind", [k for k in ERROR_KINDS if k is not Verdict.BADLY_PLACED])
def test_planted_errors_are_the_causes_and_their_rows_are_those_planted(kind: Verdict) -> None:
    targets = [target for _, target in draw_results(150, 0, seed=3)]
    planting = plant_errors(targets, {kind: 30}, seed=4)
    broken = 0
    for breakage, verdicts, missed in zip(
        find_all_breakages(planting.results, LeftToRightReader(0.01)),
        planting.verdicts,
        planting.missed,
        strict=True,
    ):
        rows = (
            missed if kind is Verdict.MISSED else [r for r, v in enumerate(verdicts) if v is kind]
        )
        assert breakage.is_right is not bool(rows)
        assert breakage.rows.tolist() == rows
        assert breakage.cause == (kind.value if rows else "")
        broken += bool(rows)
    assert broken > 20


def test_mending_a_kind_makes_at_least_those_numbers_right_that_it_broke() -> None:
    results, reader = draw_results(150, 6, seed=7), LineReader()
    read_errors = find_errors(results, min_score=reading_level(reader))
    breakages = find_breakages(results, read_errors, reader)
    right = [read_picture(*result, reader).is_right for result in results]
    assert [breakage.is_right for breakage in breakages] == right
    for mending in mending_table(results, find_errors(results), read_errors, right, reader):
        mended = sum(one.cause == mending.kind for one in breakages)
        assert mended <= round(mending.number_accuracy * len(results))
    readable = [read_picture(find_all(target), target, reader).is_right for _, target in results]
    reading = [one.cause == READING for one in breakages]
    assert not any(can and fault for can, fault in zip(readable, reading, strict=True))
