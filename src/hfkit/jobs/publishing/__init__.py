"""What Publish does, step by step."""
