"""Defects of data folders: each is planted in a clean one, to be found."""
