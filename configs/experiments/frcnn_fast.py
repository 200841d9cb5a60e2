"""frcnn_tl3 at 160/320 px with 64/50 regions, anchors that fit digits, and digitdet's reader.

Question: what does a seventeenth of the stock detector's work cost in mAP and in numbers read?
Expected: not measured. The stock size magnifies the median photograph of SVHN 12.8 times, this
one 3.0 times, which adds no information either way; training both takes a GPU.
Time: a tenth of frcnn_tl3's or less; see docs/speed.md.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_fast.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]
