"""The interview itself: no platform, no network, no database. See README.md in this folder."""
