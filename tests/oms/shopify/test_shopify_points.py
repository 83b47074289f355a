from __future__ import annotations

from voicebot.oms.connectors.shopify.points import Points


def told(points: Points, *, left: float, asked: float = 100, now: float = 0.0) -> None:
    points.told("Order", now, asked=asked, size=2000, left=left, per_s=100)


def test_what_is_there_is_spent_at_once() -> None:
    points = Points(reserve=0)
    told(points, left=250)
    assert [points.take("Order", 0.0, write=False) for _ in range(2)] == [0.0, 0.0]
    assert points.take("Order", 0.0, write=False) == 0.5


def test_it_fills_up_with_time_and_no_further_than_it_holds() -> None:
    points = Points(reserve=0)
    told(points, left=0)
    assert points.take("Order", 0.5, write=False) == 0.5
    assert points.take("Order", 1.0, write=False) == 0.0
    for _ in range(20):
        assert points.take("Order", 1000.0, write=False) == 0.0
    assert points.take("Order", 1000.0, write=False) > 0


def test_reads_leave_some_to_writes() -> None:
    points = Points(reserve=100)
    told(points, left=150)
    assert points.take("Order", 0.0, write=False) == 0.5
    assert points.take("Order", 0.0, write=True) == 0.0


def test_what_costs_more_than_the_bucket_holds_is_sent_when_it_is_full() -> None:
    points = Points(reserve=100)
    told(points, left=2000, asked=5000)
    assert points.take("Order", 0.0, write=False) == 0.0
    assert points.take("Order", 0.0, write=False) == 20.0
