"""Trains with many settings of a config, and finds those that do best."""
