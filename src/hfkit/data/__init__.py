"""Tables of examples: loading, checking, splitting."""
