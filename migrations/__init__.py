"""Tortoise's own migrations: written by `tortoise makemigrations`, applied by `interview-bot migrate` and at every start.

Three things to know before writing one by hand. A new column that may not be empty needs `db_default`. An SQL statement
is cut at every semicolon, even one inside quotes. And one that changes the number of rows of a table that stays is
refused when it is applied, as it cannot be told from a loss.
"""
