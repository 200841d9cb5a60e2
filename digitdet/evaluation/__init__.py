"""Metrics, and the writing of deliverables."""

from digitdet.evaluation.digit_metric import DigitMetric
from digitdet.evaluation.number_metric import NumberMetric
from digitdet.evaluation.submission_metric import SubmissionMetric

__all__ = ["DigitMetric", "NumberMetric", "SubmissionMetric"]
