"""The services behind the training page, made and closed together."""

from desktop_app.services.training import NetworkTraining
from desktop_app.services.training_examples import Examples
from desktop_app.services.training_rates import RateFinder


class TrainingDesk:
    """One training, one search for a rate, one source of examples. GUI thread only."""

    def __init__(self) -> None:
        self.training = NetworkTraining()
        self.rates = RateFinder()
        self.examples = Examples()

    @property
    def busy(self) -> bool:
        """Return whether a network is being taught."""
        return self.training.running

    def close(self) -> None:
        """End what runs: a training keeps its best round, and can be gone on with another day."""
        for errand in (self.training, self.rates, self.examples):
            errand.close()
