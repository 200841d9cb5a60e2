"""Steps whose loss is not finite: recorded by a training, run again by ``tools/replay.py``."""
