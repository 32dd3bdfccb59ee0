"""Pure preprocessing: no I/O, no model, no clock; every function here has its laws in tests/property."""
