"""The page that says how good a model is: what to judge, the figures, the plots, the clips behind them."""
