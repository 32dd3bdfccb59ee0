"""What Tune does, step by step."""
