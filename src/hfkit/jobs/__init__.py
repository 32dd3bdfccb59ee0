"""What the large verbs do, step by step."""
