"""Looks at a run before its first step: what would fail, or be wrong in silence, is told first."""
