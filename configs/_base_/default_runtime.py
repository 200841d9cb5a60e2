"""What every experiment shares: hooks, reader, logging, seed."""

default_scope = "digitdet"
default_hooks = dict(
    runtime_info=dict(type="RuntimeInfoHook"),
    timer=dict(type="IterTimerHook"),
    finite_loss=dict(type="FiniteLossHook"),
    sampler_seed=dict(type="SampleSeedHook"),
    accumulation=dict(type="AccumulationHook"),
    logger=dict(type="LoggerHook", interval=50, log_metric_by_epoch=False),
    scalars=dict(type="ScalarsHook"),
    record=dict(type="RunRecordHook"),
    best=dict(type="BestValidationHook"),
    param_scheduler=dict(type="ParamSchedulerHook"),
    checkpoint=dict(type="CheckpointHook", interval=1, save_best="map", rule="greater"),
    report=dict(type="ReportHook"),
)
custom_hooks = [dict(type="EvaluationHook", metric="map"), dict(type="ProgressHook")]
reader = dict(type="LineReader")
log_processor = dict(log_with_hierarchy=True)  # names as in scalars.csv: train/loss, val/map
visualizer = dict(type="Visualizer", vis_backends=[dict(type="TensorboardVisBackend")])
env_cfg = dict(mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0))
randomness = dict(seed=0)
sync_bn = "torch"  # on CUDA, where a run has several processes
log_level = "INFO"
load_from = None
resume = False
