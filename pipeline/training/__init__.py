"""Training; needs the extra `train` (torch, transformers, datasets, scikit-learn, onnx)."""
