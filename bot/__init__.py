"""What runs: the command line, the settings and the wiring."""
