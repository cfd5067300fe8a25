"""How good a model is: predictions on known clips, and what they come to. Only `evaluation` needs torch."""
