"""What the homework's leaders did, in one setting, and levers that digitdet adds to it.

Question: how far do they carry the detector? Theirs: fpn_v2, two anchor sizes a level, AdamW with
split rates, decay, colour jitter, no flips, epoch by validation mAP, thresholds of .8, .6, .3.
Additions: warm-up, clipping, accumulation, EMA, early stopping, a backbone frozen for one epoch.
Expected: theirs, .41 mAP and .86 of the numbers on the leaderboard. Not measured by digitdet.
Time: like frcnn_tl3.
"""

_base_ = [
    "../_base_/datasets/homework.py",
    "../_base_/models/faster_rcnn_r50_fpn_v2.py",
    "../_base_/schedules/adamw_12e.py",
    "../_base_/default_runtime.py",
]

model = dict(anchor_sizes=[[16, 32], [32, 64], [64, 128], [128, 256], [256, 512]])
train_dataloader = dict(
    dataset=dict(transforms=[dict(type="ColorJitter", brightness=0.3, contrast=0.3, hue=0.05)])
)
optim_wrapper = dict(accumulative_counts=2, clip_grad=dict(max_norm=10.0))
reader = dict(score_threshold=0.8, fallback_thresholds=[0.6, 0.3], join_ratio=1.0)
custom_hooks = [
    dict(type="EvaluationHook", metric="map"),
    dict(type="ProgressHook"),
    dict(type="EMAHook", momentum=0.001),
    dict(type="EarlyStoppingHook", monitor="map", patience=4),
    dict(type="FreezeHook", modules=["backbone"], num_epochs=1),
]
