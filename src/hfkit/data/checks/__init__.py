"""What is wrong with a task's examples: columns, rows, labels, lengths, and rows that are alike."""
