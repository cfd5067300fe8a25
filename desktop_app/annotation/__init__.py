"""What is known about a recording: records of labels and predictions."""
