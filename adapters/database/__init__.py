"""The store on a database: rows by Tortoise ORM, migrations that lose nothing, one process for each file."""
