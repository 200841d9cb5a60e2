"""The quickstart with ResNet-18, a slim pyramid and a slim head, at 128/256 px.

Question: what does six times the quickstart's work for a picture add to what it reads?
Expected: not measured; the quickstart reaches mAP .417 after as many epochs.
Time: more than the quickstart's nine minutes on two CPU cores, not measured.
"""

_base_ = [
    "../_base_/datasets/synthetic.py",
    "../_base_/models/faster_rcnn_r18_slim.py",
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
