"""Checks of the deliverables: what a grader would refuse, and what is only suspicious."""
