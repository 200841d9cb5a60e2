"""The quickstart with MobileNetV3-small, for a phone or a Raspberry Pi.

Question: what does a third of the quickstart's work for a picture cost of what it reads?
Expected: not measured; the quickstart reaches mAP .417 after as many epochs.
Time: about the quickstart's on two CPU cores, not measured: many small layers cost more than their
operations.
"""

_base_ = [
    "../_base_/datasets/synthetic.py",
    "../_base_/models/faster_rcnn_mobilenet_v3.py",
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
