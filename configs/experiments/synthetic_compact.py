"""A compact detector trained on synthetic scenes alone, to read photographs that it never saw.

Question: how far do scenes carry over to real house numbers, with no photograph at all?
Expected: mAP .383, mAP50 .798 and 158 of 256 numbers on SVHN's first 256 photographs; mAP .556,
mAP50 .912 on 400 held-out scenes (epoch 22, seed 0).
Time: 41 minutes with one thread, beside other work on two cores.
"""

_base_ = [
    "../_base_/datasets/synthetic.py",
    "../_base_/models/faster_rcnn_compact.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

train_cfg = dict(max_epochs=22, val_interval=11)
optim_wrapper = dict(
    optimizer=dict(lr=0.02, nesterov=True),
    clip_grad=dict(max_norm=10.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.05, by_epoch=False, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=22, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=16)
