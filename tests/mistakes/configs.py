"""Mistakes in what a config says: names, types of values, numbers, and what has to fit."""

from mistakes import CHECK, Mistake

TRANSFORMS = "train_dataloader = dict(dataset=dict(transforms=[{}]))"
VAL_TRANSFORMS = "val_dataloader = dict(dataset=dict(transforms=[{}]))"
HOOKS = "custom_hooks = [dict(type='EvaluationHook'), {}]"
OPTIMIZER = "optim_wrapper = dict(optimizer=dict({}))"


def _told(name: str, text: str, *says: str) -> Mistake:
    return Mistake(name, CHECK, says, text)


NAMES = [
    _told(
        "a top-level key",
        "train_dataloder = dict(batch_size=4)",
        "mistake.py:",
        "train_dataloder",
        "did you mean 'train_dataloader'?",
    ),
    _told(
        "a type",
        'val_dataloader = dict(dataset=dict(type="CocoDigit"))',
        "val_dataloader.dataset.type",
        "did you mean 'CocoDigits'?",
    ),
    _told(
        "an argument of a data set",
        'train_dataloader = dict(dataset=dict(image_folder="train"))',
        "train_dataloader.dataset.image_folder",
        "image_dir",
    ),
    _told(
        "an argument of the model",
        "model = dict(num_clases=11)",
        "model.num_clases",
        "did you mean 'num_classes'?",
    ),
    _told(
        "an argument of the backbone",
        "model = dict(backbone=dict(out_chanels=96))",
        "model.backbone.out_chanels",
        "did you mean 'out_channels'?",
    ),
    _told(
        "an argument of the optimizer",
        OPTIMIZER.format("momentun=0.5"),
        "optim_wrapper.optimizer.momentun",
        "did you mean 'momentum'?",
    ),
    _told(
        "an argument of the optimizer's wrapper",
        "optim_wrapper = dict(clip_grads=dict(max_norm=10.0))",
        "optim_wrapper.clip_grads",
        "did you mean 'clip_grad'?",
    ),
    _told(
        "an argument of gradient clipping",
        "optim_wrapper = dict(clip_grad=dict(max_nrom=10.0))",
        "optim_wrapper.clip_grad.max_nrom",
        "did you mean 'max_norm'?",
    ),
    _told(
        "an argument of a hook",
        "default_hooks = dict(checkpoint=dict(save_bset='map'))",
        "default_hooks.checkpoint.save_bset",
        "did you mean 'save_best'?",
    ),
    _told(
        "an argument of a transform within another",
        TRANSFORMS.format(
            "dict(type='RandomApply', transforms=[dict(type='ColorJitter', hu=0.1)])"
        ),
        "train_dataloader.dataset.transforms.0.transforms.0.hu",
        "did you mean 'hue'?",
    ),
    _told(
        "an argument of a loader",
        "train_dataloader = dict(batchsize=4)",
        "train_dataloader.batchsize",
        "did you mean 'batch_size'?",
    ),
    _told(
        "an argument of the loop",
        "train_cfg = dict(max_epoch=3)",
        "train_cfg.max_epoch",
        "did you mean 'max_epochs'?",
    ),
    _told(
        "an argument of a scheduler",
        "param_scheduler = [dict(type='CosineAnnealingLR', Tmax=10)]",
        "param_scheduler.0.Tmax",
        "did you mean 'T_max'?",
    ),
    _told(
        "a lacking argument",
        "param_scheduler = [dict(type='MultiStepLR', gamma=0.1)]",
        "param_scheduler.0",
        "milestones",
    ),
    _told(
        "an argument of the reader",
        "reader = dict(score_treshold=0.5)",
        "reader.score_treshold",
        "did you mean 'score_threshold'?",
    ),
    _told("the seed", "randomness = dict(sead=1)", "randomness.sead", "seed"),
    _told(
        "an argument that the other optimizer has not",
        OPTIMIZER.format("type='AdamW', lr=1e-4"),
        "optim_wrapper.optimizer.momentum",
        "AdamW takes no `momentum`",
    ),
    _told(
        "the collate function without its scope",
        "train_dataloader = dict(collate_fn=dict(type='collate'))",
        "train_dataloader.collate_fn",
        "digitdet.collate",
    ),
]

TYPES = [
    _told(
        "a text for a rate", OPTIMIZER.format("lr='0.01'"), "optim_wrapper.optimizer.lr", "'0.01'"
    ),
    _told("a fraction for a count", "train_dataloader = dict(batch_size=4.5)", "batch_size", "4.5"),
    _told("a text for a count", "train_cfg = dict(max_epochs='3')", "train_cfg.max_epochs", "'3'"),
    _told("a list for a number", "model = dict(min_size=[96, 128])", "model.min_size", "[96, 128]"),
    _told("a number for a list", "model = dict(anchor_sizes=32)", "model.anchor_sizes", "32"),
    _told(
        "a text for a switch",
        "train_dataloader = dict(sampler=dict(shuffle='yes'))",
        "train_dataloader.sampler.shuffle",
        "'yes'",
    ),
    _told(
        "a switch for a count", "train_dataloader = dict(num_workers=True)", "num_workers", "True"
    ),
    _told("a text for the model", "model = 'FasterRCNN'", "model", "a dict with a `type`"),
    _told(
        "one transform for a list of them",
        "train_dataloader = dict(dataset=dict(transforms=dict(type='DigitAugmentation')))",
        "train_dataloader.dataset.transforms",
        "list",
    ),
    _told("a text for hooks", "custom_hooks = 'ProgressHook'", "custom_hooks", "list"),
]

NUMBERS = [
    _told("a negative rate", OPTIMIZER.format("lr=-0.01"), "optim_wrapper.optimizer.lr", "-0.01"),
    _told("no epoch", "train_cfg = dict(max_epochs=0)", "train_cfg.max_epochs", "at least 1"),
    _told("an empty batch", "train_dataloader = dict(batch_size=0)", "batch_size", "at least 1"),
    _told(
        "a score above 1", "model = dict(score_threshold=1.5)", "model", "score_threshold", "1.5"
    ),
    _told("a negative seed", "randomness = dict(seed=-1)", "randomness.seed", "-1"),
    _told("no validation interval", "train_cfg = dict(val_interval=0)", "train_cfg.val_interval"),
    _told(
        "a probability above 1",
        TRANSFORMS.format("dict(type='RandomApply', transforms=[dict(type='RandomJPEG')], p=1.5)"),
        "train_dataloader.dataset.transforms.0.p",
        "[0.0, 1.0]",
    ),
    _told(
        "a scheduler that ends before it begins",
        "param_scheduler = [dict(type='LinearLR', start_factor=0.1, begin=5, end=3)]",
        "param_scheduler.0",
        "begin",
        "end",
    ),
    _told(
        "a scheduler that begins after the end of the training",
        "param_scheduler = [dict(type='MultiStepLR', milestones=[1], begin=20)]",
        "param_scheduler.0",
        "20",
        "10",
    ),
    _told(
        "a cosine of no length",
        "param_scheduler = [dict(type='CosineAnnealingLR', T_max=0)]",
        "param_scheduler.0.T_max",
    ),
]

FITTING = [
    _told(
        "a figure that decides which checkpoint is best",
        "default_hooks = dict(checkpoint=dict(save_best='mAP'))",
        "default_hooks.checkpoint.save_best",
        "did you mean 'map'?",
    ),
    _told(
        "a figure that decides which epoch is best",
        "custom_hooks = [dict(type='EvaluationHook', metric='map50')]",
        "custom_hooks.0.metric",
        "did you mean 'map_50'?",
    ),
    _told(
        "a figure that decides when to stop",
        HOOKS.format("dict(type='EarlyStoppingHook', monitor='acc')"),
        "custom_hooks.1.monitor",
        "map",
    ),
    Mistake(
        "a column of the table",
        CHECK,
        ("warning: mistake.py:", "custom_hooks.0.columns.1", "'maps'", "did you mean 'map'?"),
        "custom_hooks = [dict(type='EvaluationHook', columns=['map', 'maps'])]",
        status=0,
    ),
    _told(
        "classes without the background",
        "model = dict(num_classes=10)",
        "model.num_classes",
        "11",
        "background",
    ),
    _told(
        "geometry in evaluation",
        VAL_TRANSFORMS.format("dict(type='RandomDigitCrop')"),
        "val_dataloader.dataset.transforms.0",
        "RandomDigitCrop",
    ),
    _told(
        "a flip in training",
        TRANSFORMS.format("dict(type='RandomHorizontalFlip')"),
        "train_dataloader.dataset.transforms.0",
        "RandomHorizontalFlip",
        "allow_unsafe",
    ),
    _told(
        "a flip within another transform",
        TRANSFORMS.format("dict(type='RandomApply', transforms=[dict(type='RandomVerticalFlip')])"),
        "RandomVerticalFlip",
        "allow_unsafe",
    ),
    _told(
        "an evaluator without data",
        "val_dataloader = None",
        "val_dataloader",
        "val_evaluator",
    ),
    _told(
        "a module to freeze",
        HOOKS.format("dict(type='FreezeHook', modules=['backbon'])"),
        "custom_hooks.1.modules",
        "did you mean 'backbone'?",
    ),
    _told(
        "a group of parameters",
        "optim_wrapper = dict(paramwise_cfg=dict(custom_keys={{'bakbone': dict(lr_mult=0.1)}}))",
        "optim_wrapper.paramwise_cfg.custom_keys",
        "bakbone",
    ),
]
MISTAKES = [*NAMES, *TYPES, *NUMBERS, *FITTING]
