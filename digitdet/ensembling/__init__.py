"""Fuses what several models, or one model at several scales, found in the same pictures."""
