"""Looks at data: what is wrong with it, and how it is distributed."""
