"""Trained models → scored spans, through onnxruntime and tokenizers alone."""
