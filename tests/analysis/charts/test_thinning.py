import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitdet.analysis.charts.thinning import thin


def test_a_line_without_points_stays_one() -> None:
    thinned = thin(np.zeros(0), np.zeros(0))
    assert (thinned.x.size, thinned.mean.size, thinned.size) == (0, 0, 1)


def test_a_line_that_a_screen_shows_whole_is_not_changed() -> None:
    x, y = np.arange(8.0), np.array([3, np.nan, 1, 2, 5, 4, 0, 7.0])
    thinned = thin(x, y, buckets=4)
    assert thinned.size == 1
    for values in (thinned.low, thinned.high, thinned.mean):
        np.testing.assert_array_equal(values, y)


def test_stretches_have_the_extremes_and_the_mean_of_their_points() -> None:
    y = np.array([3, 1, 2, 8, np.nan, 4, np.nan, np.nan, np.nan])
    thinned = thin(np.arange(9.0), y, buckets=3)
    np.testing.assert_array_equal(thinned.x, [1, 4, 7])
    np.testing.assert_array_equal(thinned.low, [1, 4, np.nan])
    np.testing.assert_array_equal(thinned.high, [3, 8, np.nan])
    np.testing.assert_array_equal(thinned.mean, [2, 6, np.nan])
    assert thinned.size == 3


@given(st.lists(st.floats(-1e6, 1e6), min_size=20, max_size=200), st.integers(1, 9))
def test_no_extreme_is_lost(values: list[float], buckets: int) -> None:
    y = np.array(values)
    thinned = thin(np.arange(len(y), dtype=float), y, buckets)
    assert (thinned.low.min(), thinned.high.max()) == (y.min(), y.max())
    assert len(thinned.x) == buckets
    # Each point lies between the extremes of its stretch, whichever that is.
    slow = np.array_split(y, buckets)
    assert thinned.size <= max(map(len, slow)) + 1
    assert thinned.mean.mean() == pytest.approx(y.mean(), abs=np.ptp(y) * buckets / len(y) + 1e-6)
