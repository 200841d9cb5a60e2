"""The shipped reader, trained on synthetic scenes alone: no photograph went into its weights.

Question: how well does a small reader read photographs of which it has seen none?
Expected: mAP .564, mAP50 .890 and .740 of the numbers on 400 held-out scenes (epoch 60, seed 0);
mAP .417, mAP50 .863 and 176 of 256 numbers on SVHN's first 256 photographs.
Time: two hours on two CPU cores that had other work at times.
"""

_base_ = [
    "../_base_/datasets/reader_scenes.py",
    "../_base_/models/faster_rcnn_reader.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

train_cfg = dict(max_epochs=60, val_interval=10)
optim_wrapper = dict(
    optimizer=dict(lr=0.02, nesterov=True),
    clip_grad=dict(max_norm=10.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.05, by_epoch=False, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=60, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=16)
