"""Loopback ends of the wires: servers that speak as the real ones do, and notice every mistake."""
