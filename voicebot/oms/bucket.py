"""Requests per second that an order system allows, with some kept back for writes. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """`per_s` requests are allowed in the long run, `burst` at once; `reserved` of these are for writes alone."""

    per_s: float
    burst: float
    reserved: float = 0.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left, as of `at`; below zero are requests that were promised their turn."""

    left: float
    at: float


def take(bucket: Bucket, now: float, allowance: Allowance, *, write: bool) -> tuple[Bucket, float]:
    """Take a request out; the seconds until it may be sent. Reads leave the reserve alone."""
    left = min(allowance.burst, bucket.left + (now - bucket.at) * allowance.per_s)
    floor = 1.0 if write else 1.0 + allowance.reserved
    wait_s = max(0.0, (floor - left) / allowance.per_s)
    return Bucket(left - 1.0, now), wait_s
