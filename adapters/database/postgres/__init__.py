"""What PostgreSQL needs beside the rest; imported only where DATABASE_URL names one."""
