"""The outside world, one folder for each outside thing, each behind a port of core."""
