"""What Quantize does, step by step."""
