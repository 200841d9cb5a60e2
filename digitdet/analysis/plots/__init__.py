"""Draws what an analysis found."""
