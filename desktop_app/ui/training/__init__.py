"""The page on which a network is taught: data, recipe, learning rate, live curves, earlier runs."""
