"""Renders synthetic scenes; needs NumPy and Pillow alone."""

from digitdet.scenes.factors import SceneFactors, make_factors
from digitdet.scenes.fonts import FONTS, choose_fonts
from digitdet.scenes.scene import Scene, render_scene, scene_generator

__all__ = [
    "FONTS",
    "Scene",
    "SceneFactors",
    "choose_fonts",
    "make_factors",
    "render_scene",
    "scene_generator",
]
