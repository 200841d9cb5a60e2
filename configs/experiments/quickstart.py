"""From nothing to a detector in nine minutes: synthetic scenes, a compact network, random weights.

Question: does the whole job run here, and does it learn?
Expected: mAP .417, mAP50 .770, number accuracy .558 after epoch 6 on 400 held-out scenes (two CPU
cores, seed 0).
Time: 8 min 55 s on two CPU cores, some 32 scenes a second in training.
"""

_base_ = [
    "../_base_/datasets/synthetic.py",
    "../_base_/models/faster_rcnn_compact.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

train_cfg = dict(max_epochs=6)
optim_wrapper = dict(
    optimizer=dict(lr=0.02, nesterov=True),
    clip_grad=dict(max_norm=10.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.05, by_epoch=False, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=6, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=16)
