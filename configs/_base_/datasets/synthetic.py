"""Synthetic scenes, rendered on the way: no data needed."""

train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="SyntheticDigits", num_scenes=2400, seed=0),
)
val_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="SyntheticDigits", num_scenes=400, seed=1, test_mode=True),
)
test_dataloader = dict(
    batch_size=16,
    num_workers=1,
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="SyntheticDigits", num_scenes=400, seed=2, test_mode=True),
)
val_evaluator = [dict(type="DigitMetric"), dict(type="NumberMetric")]
test_evaluator = [dict(type="DigitMetric"), dict(type="NumberMetric")]
