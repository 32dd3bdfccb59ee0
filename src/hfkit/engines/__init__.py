"""From an input to a result, over a backend's protocols and the pure layer; facades and jobs stand on these."""
