"""COCO's evaluation of boxes: arrays in, curves by a backend, figures by pure functions."""
