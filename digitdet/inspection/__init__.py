"""Looks at data: contact sheets of samples, and how they are distributed."""
