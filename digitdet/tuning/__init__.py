"""Chooses a reader's settings on saved predictions."""
