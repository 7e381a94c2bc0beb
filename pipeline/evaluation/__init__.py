"""Evaluation: what a pipeline predicts against what people labelled. Predictions are a file; scoring needs no model."""
