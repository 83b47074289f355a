"""Versions of the conversations: published, chosen for a call, loaded and exchanged while the server runs.

store.py      what was published: immutable, named by its content
pointers.py   which of it is live, which is tried on some calls (pure)
editions.py   what is loaded, and which call is on which
watch.py      notices what is published, loads it beside the calls, and switches
"""
