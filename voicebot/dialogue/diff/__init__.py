"""What changed between two sets of flow files, in words. Pure; works on what is written, also on flows with mistakes.

change.py   one change, and how values are shown
written.py  texts of files to flows, patterns and facts, as they are written
values.py   differences of plain values, wordings and conditions
match.py    which step is which
steps.py    differences of steps
flows.py    differences of flows and of whole sets
"""
