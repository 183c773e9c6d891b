"""Whole teams: filling the seats of workstreams, why so, and the draft assignments that come of it."""
