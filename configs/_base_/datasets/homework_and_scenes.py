"""The homework's layout, and in training as many synthetic scenes as photographs."""

data_root = "data/nycu-hw2-data"

train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=True),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(
        type="ConcatDataset",
        weights=[1, 1],
        datasets=[
            dict(
                type="CocoDigits",
                image_dir="train",
                ann_file="train.json",
                transforms=[dict(type="DigitAugmentation")],
            ),
            dict(type="SyntheticDigits", num_scenes=2400),
        ],
    ),
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
