"""The report's setting TL3 in small: the quickstart's detector, all of it trained.

Question: how do the report's three settings compare where there is no GPU? The quickstart's
checkpoint, trained on synthetic scenes, stands for the COCO weights; `tools/reproduce_report.sh
DATA --small CHECKPOINT` trains this, the same with its first stage frozen, and the same without
normalisation.
Expected: not measured by digitdet.
Time: not measured; some minutes on two CPU cores for 200 photographs.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_compact.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

load_from = "work_dirs/quickstart/epoch_6.pth"
model = dict(trainable_backbone_stages=3)
reader = dict(_delete_=True, type="LeftToRightReader", score_threshold=0.7)  # the report's
