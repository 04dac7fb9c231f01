"""The terminal as a platform: messages drawn with Rich or printed as JSON, answers typed or piped in."""
