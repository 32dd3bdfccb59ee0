"""Ways out of a batch: other libraries' tables. Reached lazily, each needs its library only."""
