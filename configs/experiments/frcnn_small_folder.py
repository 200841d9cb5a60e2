"""The quickstart's detector, trained on from its checkpoint on any small labelled folder.

Question: what does a few minutes' fine-tuning on some 200 photographs of one's own give?
Expected: PENDING
Time: PENDING
Usage: `--cfg-options data_root=FOLDER`, a folder in the homework's layout; `load_from=FILE` for
another checkpoint than the quickstart's last.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_slim.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

load_from = "work_dirs/quickstart/epoch_6.pth"
train_cfg = dict(max_epochs=20)
optim_wrapper = dict(optimizer=dict(_delete_=True, type="AdamW", lr=0.0005, weight_decay=0.01))
param_scheduler = [dict(type="CosineAnnealingLR", T_max=20, convert_to_iter_based=True)]
