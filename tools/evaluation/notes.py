"""The words of docs/evaluation.md that no file of results holds: how things are measured, and what was tried."""

HOW = (
    "Made by `.venv/bin/python -m tools.evaluate_models` on {date}, on two cores, one thread to a training. Every "
    "number comes from a file in `build/evaluation`, one for each fold; what is missing there is measured by the "
    "same command.\n\nSpeakers and sources are held back whole: no clip of a fold shares its speaker or its source "
    "with one that was learnt from. Weights that ship were trained on everything after that, so their numbers are "
    "those of the folds, never their own. Training time is processor time of all threads, since the machine had "
    "other work; reading the clips is not in it. “Until as good” is the first round whose accuracy on the fold's "
    "clips reached that of the seed's best round."
)

RECIPES = (
    "`shipped` is the recipe of the shipped weights (on commands12 with 20 or 40 rounds where these had 100). "
    "`default` and `fast` are recipes of `earmark train`, `seed` is the published recipe as it stands (S. Keydana "
    "2023): all clips once a round, at most 50 rounds, stopped after three without a better loss. Where classes are "
    "of very different size that stops it before it has learnt anything but the largest class; `seed_steady` is the "
    "same network and optimiser with evenly drawn classes and twelve rounds to the end, in bfloat16, which makes it "
    "twice as fast (41 against 21 clips a second) and so flatters it where times are compared. The better of the two "
    "is the yardstick. These four are measured on one fold, as one training of the seed takes the better part of an "
    "hour.",
)

SPLITS = {
    "commands12": (
        "Ten words, `_unknown_` and `_silence_`; five folds by a hash of the speaker. What ships learns from "
        "recorded and synthesised words, the other recipes from the recorded ones alone."
    ),
    "digits10": (
        "The digits 0 to 9 of four speakers, each of whom is once held back. With three speakers to learn from, the "
        "other recipes choose their best round by these speakers' first five takes of each digit."
    ),
    "environment10": (
        "Ten kinds of sounds of ESC-10, three of its own five folds (two are not at hand), from scratch. The other "
        "recipes choose their best round by 15 % of the sources in the two folds that they learn from, and are "
        "measured on cuts of one second."
    ),
}

FEW_SHOT = (
    "The embedding that ships (`resources/embeddings`) names nothing; classes are learnt on top of its vectors from "
    "some clips of each. Measured with weights that had heard neither the words, digits and sounds nor the speakers, "
    "and with features that need no weights, on the same draws: the median share judged right over twelve draws, "
    "every class with the same weight, after learning from 5, 10 and 20 clips a class of one half of the speakers or "
    "sources and judging the other half. Chance is 12.5 % of the words, 10 % of the digits, 20 % of the sounds, 11 % "
    "of the syllables."
)

ALARMS = (
    "A long stream judged every 100 ms as from a microphone, by models that have learnt from none of its speakers and "
    "backgrounds (fold {fold}). Scenes of six words, two to six seconds apart, lie over one background each, 30, 20 or "
    "10 dB below what is spoken: sounds of ESC-10, or calculated noise, hum, crackle and babble. In one stream every "
    "recorded clip of the ten words comes once ({words} in {words_min:.0f} minutes): it counts as found if an event of "
    "its class comes between its beginning and 1 s after its end, which is where it falls 20 dB below its loudest 20 "
    "ms. In the other ({hours}) there are only words that the model does not know, {others} an hour, half of them from "
    "the {recorded} clips of `_unknown_`, half from the {earlier} of version 0.01; every event there is a false alarm. "
    "The threshold is the highest that misses no more than is said; in brackets the limits of 95 % by Poisson's law, "
    "which takes alarms for independent though clips are repeated in other surroundings."
)

TRIED: dict[str, tuple[str, ...]] = {
    "commands12": (),
    "digits10": (),
    "environment10": (),
}
"""What was tried where an aim was missed, or why one was met, a paragraph each."""
