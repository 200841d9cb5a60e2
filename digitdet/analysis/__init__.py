"""What looks at finished runs: curves, errors, reports."""
