"""AdamW for 12 epochs: a tenth of the rate for the backbone, warm-up, then a cosine to zero.

The rates are digitdet's choice, which nobody has tuned.
"""

train_cfg = dict(by_epoch=True, max_epochs=12, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=1e-4, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={"backbone": dict(lr_mult=0.1)}),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, by_epoch=False, end=500),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=12, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
