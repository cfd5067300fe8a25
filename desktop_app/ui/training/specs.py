"""Every field of the recipe as a row of data: its key in the configuration, its words, its limits."""

from dataclasses import dataclass

NETWORK_WORDS: dict[str, str] = {
    "tc_resnet_8": "TC-ResNet 8, fastest",
    "tc_resnet_14_1.5": "TC-ResNet 14-1.5",
    "tc_resnet_14_2.5": "TC-ResNet 14-2.5",
    "resnet2d": "ResNet 2-D",
    "m5": "M5, on the waveform",
    "complex_convnet": "Seed convnet, slow",
}
"""Networks by the names that `classifier.networks` knows them by, in the order of the list."""
FRONT_END_WORDS: dict[str, str] = {
    "log_mel": "Log-mel bands",
    "spectrogram": "Spectrogram",
    "waveform": "Waveform",
}


@dataclass(frozen=True)
class NumberSpec:
    """A number."""

    key: str
    """In the configuration."""
    words: str
    """Beside the field."""
    tip: str
    """What it does, and what one gets from changing it."""
    low: float
    high: float
    step: float = 1.0
    decimals: int = 0
    """0: a whole number."""
    unit: str = ""
    scale: float = 1.0
    """What is shown is so many times what is kept: 100 for shares shown in percent."""
    automatic: bool = False
    """It may be left to follow from the sound."""


@dataclass(frozen=True)
class ChoiceSpec:
    """One of some words."""

    key: str
    words: str
    tip: str
    choices: tuple[tuple[str, object], ...]
    """What is shown, and the value it stands for."""


@dataclass(frozen=True)
class ChangeSpec:
    """One change of the augmentation: a switch, and how much of it."""

    words: str
    tip: str
    numbers: tuple[NumberSpec, ...]
    strengths: tuple[str, ...]
    """Keys that are 0 where the change is off."""


@dataclass(frozen=True)
class FolderSpec:
    """A folder, or none."""

    key: str
    words: str
    tip: str
    none: str
    """What is shown where there is none."""


Spec = NumberSpec | ChoiceSpec

MAX_RATE = "training.max_rate"
NOISES = FolderSpec(
    "data.noises",
    "Backgrounds",
    "A folder of sounds to mix in, searched with all folders in it; those in _background_noise_ beside the classes "
    "are used too",
    "none more",
)

MAIN: tuple[Spec, ...] = (
    ChoiceSpec(
        "network.name",
        "Network",
        "What learns. The two-dimensional net learns from few clips and voices; the TC-ResNets are smaller or deeper "
        "and want many",
        tuple((words, name) for name, words in NETWORK_WORDS.items()),
    ),
    ChoiceSpec(
        "front_end.kind",
        "Front-end",
        "What the network is shown of the sound. Log-mel bands suit almost everything; the M5 net needs the waveform",
        tuple((words, kind) for kind, words in FRONT_END_WORDS.items()),
    ),
    NumberSpec(
        "training.epochs",
        "Rounds",
        "How often all clips are gone through. More rounds learn more and take longer; it can be stopped at any time",
        1,
        100_000,
    ),
    NumberSpec(
        "training.batch_size",
        "Batch size",
        "Clips for one step. Smaller batches need less memory",
        2,
        65_536,
    ),
)

SOUND: tuple[Spec, ...] = (
    NumberSpec(
        "sound.sample_rate_hz",
        "Sample rate",
        "Recordings are resampled to it: 16,000 Hz for speech and most birds, 250,000 Hz for bats",
        1,
        10_000_000,
        1000,
        unit=" Hz",
    ),
    NumberSpec(
        "sound.window_s",
        "Window",
        "Length of what is judged at a time. Longer clips are cut into several windows",
        0.001,
        600,
        0.1,
        3,
        " s",
    ),
)

LOG_MEL: tuple[Spec, ...] = (
    NumberSpec("front_end.mel_bands", "Bands", "How finely pitch is told apart", 2, 512, automatic=True),
    NumberSpec("front_end.low_hz", "From", "Lower edge of the lowest band", 0, 5e6, 10, 0, " Hz", automatic=True),
    NumberSpec("front_end.high_hz", "To", "Upper edge of the highest band", 1, 5e6, 100, 0, " Hz", automatic=True),
)
TRANSFORM: tuple[Spec, ...] = (
    NumberSpec(
        "front_end.window_frames",
        "Transform",
        "Length of the Hann window in samples: longer tells pitch apart, shorter tells time apart",
        2,
        65_536,
        16,
        unit=" samples",
        automatic=True,
    ),
    NumberSpec(
        "front_end.hop_frames",
        "Hop",
        "Samples from one column to the next",
        1,
        65_536,
        8,
        unit=" samples",
        automatic=True,
    ),
)
SPECTROGRAM: tuple[Spec, ...] = (
    ChoiceSpec(
        "front_end.power",
        "Shows",
        "Real and imaginary part as in the seed recipe, or one power of the magnitude",
        (("Real and imaginary part", "complex"), ("Magnitude", 1), ("Power", 2), ("Root of the magnitude", 0.5)),
    ),
)

LEARNING: tuple[Spec, ...] = (
    NumberSpec(
        "training.clips_per_epoch",
        "Clips a round",
        "How many clips are drawn for one round; 0 for as many as there are",
        0,
        10**9,
        100,
    ),
    ChoiceSpec(
        "training.sampling",
        "Drawing",
        "Balanced draws small classes more often; once takes every clip once a round",
        (("Balanced by class", "balanced"), ("Every clip once", "once")),
    ),
    NumberSpec(
        "training.patience",
        "Patience",
        "Stop after so many rounds without a better loss; 0 never stops early",
        0,
        100_000,
        unit=" rounds",
    ),
    NumberSpec(
        "training.label_smoothing",
        "Label smoothing",
        "Share of the target that is given to the other classes: keeps the scores modest",
        0,
        99,
        1,
        1,
        " %",
        100,
    ),
    NumberSpec("training.mix_up", "Mixup", "Mixes pairs of clips; 0 turns it off", 0, 10, 0.05, 2),
    NumberSpec("training.weight_decay", "Weight decay", "Pulls the weights towards zero", 0, 10, 0.005, 4),
    ChoiceSpec(
        "training.optimiser",
        "Optimiser",
        "How steps are taken",
        (("AdamW", "adamw"), ("Adam", "adam")),
    ),
    ChoiceSpec(
        "training.device",
        "Runs on",
        "The first of graphics card and processor that is there, or one of them",
        (("Best there is", "auto"), ("Processor", "cpu"), ("Nvidia GPU", "cuda"), ("Apple GPU", "mps")),
    ),
    NumberSpec("training.seed", "Seed", "The same number gives the same training again", 0, 2**31 - 1),
)

DIVIDING: tuple[Spec, ...] = (
    ChoiceSpec(
        "data.labels",
        "Classes",
        "What says what a clip is: the labels that were made and accepted in Earmark, or the name of its folder",
        (("Labels, else folders", "auto"), ("Accepted labels", "project"), ("Names of folders", "folders")),
    ),
    ChoiceSpec(
        "data.group_by",
        "Keep together",
        "Clips of one speaker or source stay on one side of the split; otherwise the network is measured by heart",
        (("Speaker in the file name", "speaker"), ("Source in the file name", "source"), ("Every file alone", "file")),
    ),
    ChoiceSpec(
        "data.split",
        "Divided",
        "How clips are shared out: as the list or the data set says, by speaker or source, or clip by clip",
        (("As given, else by group", "auto"), ("By group", "group"), ("At random", "random"), ("As given", "given")),
    ),
    NumberSpec(
        "data.validation_share",
        "To choose by",
        "Part held back to find the best round",
        0,
        90,
        5,
        0,
        " %",
        100,
    ),
    NumberSpec("data.test_share", "To measure", "Part that only measures the finished model", 0, 90, 5, 0, " %", 100),
)

_A = "training.augmentation."
CHANGES: tuple[ChangeSpec, ...] = (
    ChangeSpec(
        "Speed",
        "Tempo and pitch together, up to so much faster or slower",
        (NumberSpec(f"{_A}speed", "±", "", 1, 90, 1, 0, " %", 100),),
        (f"{_A}speed",),
    ),
    ChangeSpec(
        "Shift",
        "Earlier or later, up to so long",
        (NumberSpec(f"{_A}shift_s", "±", "", 0.001, 60, 0.02, 3, " s"),),
        (f"{_A}shift_s",),
    ),
    ChangeSpec(
        "Level",
        "Quieter or louder, up to so much",
        (
            NumberSpec(f"{_A}quieter_db", "−", "Down to this much lower", 0, 80, 1, 0, " dB"),
            NumberSpec(f"{_A}louder_db", "+", "Up to this much higher", 0, 40, 1, 0, " dB"),
        ),
        (f"{_A}quieter_db", f"{_A}louder_db"),
    ),
    ChangeSpec(
        "Rooms",
        "Share of the clips that are put into a synthetic room",
        (NumberSpec(f"{_A}room_probability", "of", "", 1, 100, 5, 0, " %", 100),),
        (f"{_A}room_probability",),
    ),
    ChangeSpec(
        "Background",
        "Share of the clips that get a background from the data, and how far the clip is above it",
        (
            NumberSpec(f"{_A}noise_probability", "of", "Share of the clips", 1, 100, 5, 0, " %", 100),
            NumberSpec(f"{_A}snr_db.0", "", "Least level of the clip above its background", -40, 80, 1, 0, " dB"),
            NumberSpec(f"{_A}snr_db.1", "–", "Greatest level of the clip above its background", -40, 80, 1, 0, " dB"),
        ),
        (f"{_A}noise_probability",),
    ),
    ChangeSpec(
        "Voice",
        "Stretch of the frequency axis, as longer and shorter throats have",
        (NumberSpec(f"{_A}bands_shift", "±", "", 1, 90, 1, 0, " %", 100),),
        (f"{_A}bands_shift",),
    ),
    ChangeSpec(
        "Microphone",
        "Tilt and bend of the spectrum",
        (NumberSpec(f"{_A}colour_db", "±", "", 0.5, 40, 1, 1, " dB"),),
        (f"{_A}colour_db",),
    ),
    ChangeSpec(
        "Hide bands",
        "Stripes along time that the network does not see (SpecAugment)",
        (
            NumberSpec(f"{_A}band_masks", "", "How many", 1, 20),
            NumberSpec(f"{_A}band_mask_width", "×", "Most bands in a stripe", 1, 500),
        ),
        (f"{_A}band_masks",),
    ),
    ChangeSpec(
        "Hide moments",
        "Stripes along frequency that the network does not see (SpecAugment)",
        (
            NumberSpec(f"{_A}column_masks", "", "How many", 1, 20),
            NumberSpec(f"{_A}column_mask_width", "×", "Most columns in a stripe", 1, 5_000),
        ),
        (f"{_A}column_masks",),
    ),
)
