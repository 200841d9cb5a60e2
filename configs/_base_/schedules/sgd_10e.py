"""The report's schedule: SGD for 10 epochs at a constant rate."""

train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="SGD", lr=0.005, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = []
auto_scale_lr = dict(enable=False, base_batch_size=8)
