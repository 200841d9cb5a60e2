"""Without normalisation: the detector sees values of 0 to 1 as they are.

Question: does a detector from COCO weights need its normalisation? The report names a curve
"without normalisation", but its code still normalised once there (see frcnn_tl3): no curve of the
report answers to this setting.
Expected: unknown; neither the report nor digitdet has measured it.
Time: like frcnn_tl3.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_r50_fpn_v2.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

model = dict(mean=[0.0, 0.0, 0.0], std=[1.0, 1.0, 1.0])
reader = dict(_delete_=True, type="LeftToRightReader", score_threshold=0.7)  # the report's
