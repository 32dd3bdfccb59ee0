"""How good answers are: pure functions from predictions and references to figures."""
