"""Who goes where, from when, for how long."""
