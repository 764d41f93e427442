"""The embedded shop: the Shop port on SQL, its rules, import format and sample. Knows no channel and no dialogue."""
