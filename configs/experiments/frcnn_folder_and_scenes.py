"""frcnn_small_folder with as many synthetic scenes as photographs in each epoch.

Question: do scenes keep a detector from learning a small folder by heart?
Expected: mAP .485, mAP50 .898 and .786 of the numbers on 56 photographs of SVHN, trained on 200
(epoch 3, seed 0), after .466, .871 and .768 before, and .472 without scenes.
Time: 4 minutes on two CPU cores.
"""

_base_ = [
    "../_base_/datasets/homework_and_scenes.py",
    "../_base_/models/faster_rcnn_reader.py",
    "../_base_/schedules/sgd_10e.py",
    "../_base_/default_runtime.py",
]

load_from = "digitdet/pretrained/reader.safetensors"
train_dataloader = dict(batch_size=16, dataset=dict(num_samples=400))  # twice 200 photographs
train_cfg = dict(max_epochs=15)
optim_wrapper = dict(optimizer=dict(lr=0.002, nesterov=True), clip_grad=dict(max_norm=10.0))
param_scheduler = [dict(type="CosineAnnealingLR", T_max=15, convert_to_iter_based=True)]
auto_scale_lr = dict(base_batch_size=16)
