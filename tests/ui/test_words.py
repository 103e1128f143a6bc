"""Numbers in words, and the figures of charts."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ui import charts, words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (48.4, "48 s"), (89, "89 s"), (130, "2 min"), (3599, "1 h"), (4200, "1 h 10 min"), (-3, "0 s")],
)
def test_a_duration_is_said_in_the_unit_that_fits(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "under 1 min"), (70, "≈ 1 min"), (100, "≈ 2 min"), (600, "≈ 10 min"), (7300, "≈ 2 h 2 min")],
)
def test_an_estimate_promises_no_seconds(seconds, said):
    assert words.estimate(seconds) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.0001, "1 %"), (0.5, "50 %"), (0.9999, "99 %"), (1, "100 %")]
)
def test_a_share_is_0_or_100_percent_only_when_it_is(share, said):
    assert words.percent(share) == said


def test_nothing_to_score_is_a_dash():
    assert words.score(None) == words.out_of_hundred(None) == "–"


def test_names_at_the_ends_of_lines_never_lie_over_one_another():
    ends = [{"label": str(i), "epoch": 5, "f1": f1} for i, f1 in enumerate((0.9, 0.91, 0.92, 1.0, 0.3))]
    places = sorted(end["place"] for end in charts.spread(ends))
    assert all(b - a >= 0.0999 for a, b in pairwise(places))
    assert places[-1] <= 1.0
    assert charts.spread([]) == []


def test_a_loss_curve_sends_few_points_and_keeps_the_first_and_the_last():
    values = charts.loss_chart([(step, 1 / (step + 1)) for step in range(5_000)], dark=False)
    points = next(iter(values.get("datasets", {}).values()), None) or values["data"]["values"]
    assert len(points) <= charts.MOST_POINTS
    assert (points[0]["step"], points[-1]["step"]) == (0, 4_999)


def test_the_confusion_matrix_can_be_clicked_and_counts_shares_by_row():
    spec = charts.confusion_chart({("PER", "PER"): 3, ("PER", "ORG"): 1}, ["PER", "ORG"], dark=True)
    assert "cell" in str(spec["params"])
    assert "'share': 0.75" in str(spec)
