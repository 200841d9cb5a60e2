"""Lays runs over each other: curves, figures, cost, and what their configs differ in."""
