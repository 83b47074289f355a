"""A SIP caller that measures: places a call, plays recorded turns, times the answers at its own RTP socket.

Independent of the server on purpose: its own SIP, RTP and clock, so that what it measures is what a phone would hear.
"""
