"""Scenes for the shipped reader: drawn typefaces beside fonts, longer numbers, more letters."""

train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(
        type="SyntheticDigits",
        num_scenes=2400,
        seed=0,
        factors=dict(
            num_digits={"1": 15, "2": 47, "3": 25, "4": 9, "5": 3, "6": 1},
            height_ratio=[0.62, 0.15, 0.2, 0.95],
            style={"font": 0.45, "drawn": 0.5, "seven_segment": 0.025, "counter": 0.025},
            letters=0.15,
        ),
    ),
)
val_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(
        type="SyntheticDigits",
        num_scenes=400,
        seed=1,
        factors=dict(
            num_digits={"1": 15, "2": 47, "3": 25, "4": 9, "5": 3, "6": 1},
            height_ratio=[0.62, 0.15, 0.2, 0.95],
            style={"font": 0.45, "drawn": 0.5, "seven_segment": 0.025, "counter": 0.025},
            letters=0.15,
        ),
        test_mode=True,
    ),
)
test_dataloader = dict(
    batch_size=16,
    num_workers=1,
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="digitdet.collate"),
    dataset=dict(
        type="SyntheticDigits",
        num_scenes=2000,
        seed=2,
        factors=dict(
            num_digits={"1": 15, "2": 47, "3": 25, "4": 9, "5": 3, "6": 1},
            height_ratio=[0.62, 0.15, 0.2, 0.95],
            style={"font": 0.45, "drawn": 0.5, "seven_segment": 0.025, "counter": 0.025},
            letters=0.15,
        ),
        test_mode=True,
    ),
)
val_evaluator = [dict(type="DigitMetric"), dict(type="NumberMetric")]
test_evaluator = [dict(type="DigitMetric"), dict(type="NumberMetric")]
