"""frcnn_tl3 at 256/512 px with 128/100 regions, anchors that fit digits, and digitdet's reader.

Question: what does a seventh of the stock detector's work cost in mAP and in numbers read?
Expected: not measured. The stock size magnifies the median photograph of SVHN 12.8 times, this
one 4.8 times, which adds no information either way; training both takes a GPU.
Time: less than frcnn_tl3, more than frcnn_fast; see docs/speed.md.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_quality.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]
