"""The words of docs/evaluation.md that no file of results holds: how things are measured, and what was tried."""

HOW = (
    "How good the models are that come with Earmark, on people and places that they have never heard, and how the "
    "published recipe that Earmark began with (“the seed”) fares on the same clips.\n\nMade by `.venv/bin/python -m "
    "tools.evaluate_models` on {date}, on two cores, one thread to a training. Every number comes from a file in "
    "`build/evaluation`, one for each fold; what is missing there is measured by the same command. The tables of false "
    "alarms and of few labels are filled by `-m tools.evaluation.alarms` and `-m tools.train_embedding --only measure`."
)

RECIPES = (
    "Speakers and sources are held back whole: no clip that is judged shares its speaker or its source with one that "
    "was learnt from. Weights that ship were trained on everything after that, so their numbers are those of the "
    "folds, never their own.",
    "`shipped` is the recipe of the shipped weights. `default`, `few` and `fast` are recipes of `earmark train`, as "
    "anyone gets them without settings of their own. `seed` is the published recipe as it stands (S. Keydana, Deep "
    "Learning and Scientific Computing with R torch, 2023, chapter 26): all clips once a round, at most 50 rounds, "
    "stopped after three without a better loss. On so few clips that stops it before it has learnt anything. "
    "`seed_steady` is therefore the same network and optimiser with evenly drawn classes and twelve rounds to the "
    "end, in bfloat16, which makes it twice as fast (41 against 21 clips a second) and so flatters it where times are "
    "compared. The better of the two is the yardstick. These five are measured on one fold. (The author reports 93.2 "
    "% on all 64,721 clips of Speech Commands with a random split, in which speakers stand on both sides; those clips "
    "are not at hand here, a twelfth of them is.)",
)

WORDS = (
    "*Macro F1* is the mean over the classes of the harmonic mean of precision and recall. *Loss* is the mean "
    "cross-entropy in nats after the scores were divided by the temperature. *Calibration error* is the mean distance "
    "between score and share judged right. *Training* is processor time of all threads, since the machine had other "
    "work; reading the clips is not in it. *Until as good* ends with the first round whose accuracy on the fold's "
    "clips reached that of the seed's best round."
)

SPEED = (
    "Speeds are those of one thread in processor time, from samples to scores, front-end included. Ours is the engine "
    "that Earmark uses, the seed's is eager torch; the two take 25 turns of at least 0.3 s, at least five with 64 "
    "clips, and the ratio is the median over the turns. Other runs of five turns gave 40 to 68 times 1 at a time, 95 "
    "to 146 times 64 at a time. "
    "The seed's window is one second: longer clips it judges in several windows. At batch 64 it is slower than at "
    "batch 1: its first layer alone makes 3 MiB of each clip, and 64 of them no longer fit the cache. Folders and long "
    "recordings are judged 64 windows at a time, however long their files are: from files of a second to verdicts, "
    "decoding included, that is 76 times what the seed does 1 at a time and 86 times what it does 64 at a time "
    "([benchmarks.md](benchmarks.md)). 1 at a time is how the microphone is judged, ten times a second; a third of "
    "that time is the front-end, a tenth the handing over."
)

SEED = {
    "seed": (
        "The published recipe ended after {rounds} rounds and {minutes:.0f} minutes of processor time: {accuracy:.1%} "
        "of the {clips} clips of fold {fold} are right, test loss {loss:.2f}, no better than guessing."
    ),
    "seed_steady": (
        "With evenly drawn classes and {rounds} rounds in {minutes:.0f} minutes {accuracy:.1%} are right, test loss "
        "{loss:.2f}. Below: its loss and accuracy round by round, and how its clips flow from what they are to what "
        "they were taken for."
    ),
}

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
    "sources and judging the other half. Which stages of the network make the vectors was chosen on these same tasks, "
    "which flatters both columns of the embedding a little. Chance is 12.5 % of the words, 10 % of the digits, 20 % of "
    "the sounds, 11 % of the syllables."
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

WHY_ALARMS = (
    "The stream is a hard one: another word every six seconds, from the same collection as the ten, over backgrounds "
    "that hold babble, roosters and barking dogs; and the rule wants a high score that lasts half a second. A "
    "threshold low enough to lose only 5 % of the words lets many others pass as well. Between the lines of the "
    "table: 0.5 misses 11.4 % at 34 false alarms an hour, 0.6 misses 14.1 % at 8, 0.7 (the published value) 22.4 % at "
    "1.7, 0.8 30.8 % at 0.3. The temporal net that shipped before missed 17.3 % at 19 an hour with 0.7, and gave 182 "
    "an hour at 10 % misses and 1,033 at 5 %.",
    "A threshold belongs to a model. `fast` names 87.1 % of the words alone, but half of their scores are below 0.73, "
    "so that the mean seldom reaches a high threshold; the seed's net names 63.9 %, half of their scores below 0.41.",
)

NOISE = "By the rule as it stands, misses and false alarms depend on how far the background lies below the words:"

TRIED: dict[str, tuple[str, ...]] = {
    "commands12": (
        "What ships is a two-dimensional residual net over columns 20 ms apart. The temporal net (TC-ResNet14-2.5 "
        "over columns 10 ms apart) that shipped before came to 92.9 % over the same five folds with 40 rounds, to "
        "89.2 % with 20 on four of them. On fold 1 with 20 rounds each, about the same time, it came to 85.5 % and "
        "the two-dimensional one to 87.0 %, with a third of the parameters; that comparison, on speakers of fold 1, "
        "chose it. From recorded words alone and few rounds it is the other way round: `default` (temporal) 92.6 %, "
        "`few` (two-dimensional) 89.3 %. A temporal net over columns 20 ms apart lost 1.4 points on fold 2; moving "
        "clips by up to 250 instead of 120 ms changed nothing, in false alarms neither.",
    ),
    "digits10": (
        "A temporal net (TC-ResNet14-2.5) with 40 rounds on words and 8 on digits came to 89.2 %, the two-dimensional "
        "one that ships to 90.6 % in the same rounds, to 91.3 % with 100 and 10, and to 91.5 % with half the share of "
        "`_unknown_` in the last ten; that lets 8.6 % instead of 5.0 % of other words pass for a digit. Then the last "
        "ten rounds were run three times, with other random numbers, and the means of the weights taken (Wortsman et "
        "al. 2022, Model soups): one by one the twelve networks come to 91.6 % on average, from 87.2 to 89.8 % on one "
        "speaker and from 92.4 to 95.8 % on another; the means come to what stands above. That was chosen on george "
        "and jackson. Before, half as much again of synthesised speech, stronger changes of speed and bands and fewer "
        "rounds had given 88.6 % with the temporal net. Where only the ten digits may be answered, 94.1 % are right: "
        "part of what is missing is digits that are called `_unknown_`. The rest is that three speakers are few.",
        "The shipped recipe first learns from all other words, and that time is counted; so it cannot be as good as "
        "the seed in a thirtieth of the seed's time. Of those that learn from the same clips as the seed, `default` "
        "and `fast` are not as good as it on this speaker: their nets take each band for a channel of its own, which "
        "three voices do not teach. The convolutions of `few` move along frequency like the seed's; its part of the "
        "seed's time is counted against bfloat16. In float32, as the recipe stands, the same twelve rounds took the "
        "seed 1,161 s and came to 65.6 %: beside that `few` is as good in 1/45 of the time.",
    ),
    "environment10": (
        "One clip is five seconds here, and the net is a two-dimensional one (sounds of the environment are at home at "
        "any pitch), of 63 million multiplications instead of 19.",
    ),
}
"""What was tried where an aim was missed, or why one was met, a paragraph each."""
