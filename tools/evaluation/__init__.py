"""What `tools.evaluate_models` is made of: folds, speeds, pictures and the page."""
