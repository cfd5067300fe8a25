"""How a network is trained, as plain values. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop_app.classifier.augmentation import Augmentation


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained."""

    epochs: int = 30
    """Rounds; each draws `clips_per_epoch` clips."""
    sampling: str = "balanced"
    """`balanced` draws with replacement, classes by `class_shares` and inside a class by the clips' weights; `once`
    takes every clip once a round, in a new order, however lopsided the classes are."""
    clips_per_epoch: int = 6_000
    """Clips drawn in a round where sampling is balanced; 0 for as many as there are."""
    class_shares: Mapping[str, float] = field(default_factory=dict)
    """How often a class is drawn against the others; 1 where it is not named."""
    batch_size: int = 128
    """Clips for one step."""
    optimiser: str = "adamw"
    """`adamw` or `adam`, with the constants of torch."""
    max_rate: float = 4e-3
    """Highest learning rate of the one-cycle schedule."""
    weight_decay: float = 0.02
    """Of the optimiser."""
    patience: int = 0
    """Stop after so many rounds without a better loss on the clips held back; 0 never stops early."""
    patience_from: float = 0.6
    """Share of the rounds after which patience counts: one-cycle is at its best when its rate has come down."""
    label_smoothing: float = 0.1
    """Share of the target given to the other classes."""
    mix_up: float = 0.2
    """Strength of mixup; 0 turns it off."""
    word_share: float = 0.3
    """Weight of a second loss that asks for the word instead of the class; 0 turns it off."""
    average: float = 0.998
    """Decay of the running average of the weights, which is what is kept."""
    augmentation: Augmentation | None = field(default_factory=Augmentation)
    """None trains on the clips as they are."""
    bfloat16: bool = False
    """Run the network in bfloat16: 1.7 times as fast where the processor has the instructions, slower elsewhere."""
    device: str = "auto"
    """`cuda`, `mps`, `cpu`, or `auto` for the first of them that is there."""
    seed: int = 1
    """The same seed, data, settings and machine give the same weights; on a GPU not to the last bit."""
