"""Interviewers behind the port: one by rules. Each file says what it is for; `rules` is where to begin."""
