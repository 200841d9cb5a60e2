"""Charts of numbers over time, for pages and pictures alike."""
