"""Recorded calls, run again with another version of the flows or policies, and what would be different. Pure.

`run` plays a call's recorded inputs to an engine, `answers` holds what the log can answer, `course` says whether a
recorded turn still fits the question, `compare` finds the differences, `report` puts them in words.
"""
