"""Ways to classify texts that are not hfkit's: by other libraries, and by hand."""
