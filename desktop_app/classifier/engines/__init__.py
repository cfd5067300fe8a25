"""Who computes the scores: torch or ONNX Runtime, and how a model gets from the one to the other."""
