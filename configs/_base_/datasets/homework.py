"""The homework's layout: train/, valid/, test/, train.json, valid.json."""

data_root = "data/nycu-hw2-data"

train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=True),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="CocoDigits", image_dir="train", ann_file="train.json"),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type="DefaultSampler", shuffle=False),
    batch_sampler=dict(type="EvaluationBatchSampler"),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="CocoDigits", image_dir="valid", ann_file="valid.json", test_mode=True),
)
test_dataloader = dict(
    batch_size=8,
    num_workers=1,
    sampler=dict(type="DefaultSampler", shuffle=False),
    batch_sampler=dict(type="EvaluationBatchSampler"),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(type="ImageFolder", image_dir="test"),
)
val_evaluator = [dict(type="DigitMetric"), dict(type="NumberMetric")]
test_evaluator = []
