"""frcnn_tl3 with augmented photographs.

Question: does augmentation that is safe for digits keep validation mAP from falling after epoch 3?
Expected: unknown; neither the report nor digitdet has measured it.
Time: like frcnn_tl3.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_r50_fpn_v2.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

train_dataloader = dict(dataset=dict(transforms=[dict(type="DigitAugmentation")]))
