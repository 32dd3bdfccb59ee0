"""Plain values: inputs, settings and results. Standard library only."""
