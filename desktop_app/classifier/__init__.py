"""The convnet: front-end, networks, training, inference; the only home of torch."""
