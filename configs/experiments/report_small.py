"""The report's setting TL3 in small: the quickstart's detector, all of it trained.

Question: how do the report's three settings compare where there is no GPU? The quickstart's
checkpoint, trained on synthetic scenes, stands for the COCO weights; `tools/reproduce_report.sh
DATA --small CHECKPOINT` trains this, the same with its first stage frozen, and the same without
normalisation.
Expected: on 200 + 56 photographs of SVHN, best mAP .322 (epoch 4); with the stage frozen .337
(epoch 6), without normalisation .296 (epoch 6). On 56 photographs .015 is no difference.
Time: 2 to 3 minutes for each on two CPU cores that had other work, 200 photographs.
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
