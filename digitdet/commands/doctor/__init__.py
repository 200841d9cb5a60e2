"""``digitdet doctor``: what is installed, what it computes on, and what is wrong."""
