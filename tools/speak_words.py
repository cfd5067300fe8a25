"""Speak words with speech synthesisers, as training material for `tools/train_commands12.py`.

    .venv/bin/python -m tools.speak_words build/spoken_words

Writes one folder a word with mono 16 kHz FLAC clips by espeak-ng (eight English accents, forty voices) and, where it is
installed, flite (four voices made from recorded speech). Speed and pitch are drawn from a seeded generator, so the same
versions of the synthesisers give the same clips. `_unknown_` needs many words: a net that has heard only twenty others
takes every new one for the nearest of its ten.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

SAMPLE_RATE_HZ = 16_000
WAV = "{wav}"  # stands in a command where the name of the file to write belongs


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


TEN_WORDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
# The other words of Speech Commands v0.02 (Warden 2018), then words that sound like one of the ten, then plain ones.
BENCHMARK_WORDS = words_of(
    "backward bed bird cat dog eight five follow forward four happy house learn marvin nine one seven sheila six "
    "three tree two visual wow zero"
)
NEAR_WORDS = words_of(
    "yet yeah yell guess chess less mess dress yesterday nose note now knob nor none nope knee snow mow row low "
    "toe so cup pup app hop ape up-set above ugh pop dumb drown gown town noun brown dawn done dow doubt lift "
    "laughed let lab lend leaf chef last life rife ride rye light night white rice bright rat wrong own an in un "
    "con awning want of cough often awful loft soft shop stock top step stomp store start spot stuff stab goal "
    "gold goat ghost grow good get gust doe dough bow boat hello open over after under offer"
)
PLAIN_WORDS = words_of(
    "apple water music paper window table garden seven-teen ten eleven twelve hundred thousand monday friday "
    "morning evening summer winter river mountain ocean color red green blue yellow black purple orange banana "
    "coffee tea sugar bread butter cheese chicken fish horse rabbit lion tiger mouse elephant monkey snake "
    "sister brother mother father baby doctor teacher student school office street city country train plane car "
    "bus bicycle telephone computer camera picture letter number please thank-you sorry welcome goodbye maybe "
    "never always again today tomorrow minute second hour week month year begin finish pause play next previous "
    "repeat cancel enter delete volume louder quiet turn move walk run jump sit stand sleep eat drink read sing "
    "dance laugh cry help fire wind rain sun moon star cloud tall small big little large heavy empty full open "
    "close hot cold fast slow early late young old new fresh clean dirty simple hard easy strong weak rich poor "
    "alpha bravo charlie delta echo foxtrot hotel india kilo lima november oscar papa quebec romeo sierra tango "
    "uniform victor whiskey zulu okay alright sure fine great well zed why who what when where which how she he "
    "they we you me my your our this that these those there here out back front side center middle"
)
ESPEAK_ACCENTS = [
    "en-us",
    "en-us",
    "en-us",
    "en",
    "en-gb-x-rp",
    "en-gb-scotland",
    "en-029",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-us-nyc",
]
ESPEAK_VOICES = words_of(
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt klatt2 klatt3 klatt4 klatt5 klatt6 Alex Alicia Andrea Andy "
    "Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael Mike adam anika aunty belinda "
    "benjamin boris caleb david ed edward grandma grandpa gustave iven john kaukovalta linda marcelo max michel "
    "miguel norbert pablo paul pedro quincy rob robert sandro shelby steph travis victor zac"
)
FLITE_VOICES = ["slt", "rms", "awb", "kal16"]


@dataclass(frozen=True)
class Plan:
    """How many renderings of each word to make."""

    words: tuple[str, ...]
    espeak_clips: int
    flite_clips: int


PLANS = (
    Plan(tuple(TEN_WORDS), espeak_clips=70, flite_clips=30),
    Plan(tuple(BENCHMARK_WORDS), espeak_clips=36, flite_clips=20),
    Plan(tuple(NEAR_WORDS), espeak_clips=12, flite_clips=8),
    Plan(tuple(PLAIN_WORDS), espeak_clips=5, flite_clips=3),
)


def espeak_command(word: str, draw: Random) -> tuple[list[str], str]:
    """Return a command that writes the word to `WAV`, and a short name of the voice drawn."""
    accent, voice = draw.choice(ESPEAK_ACCENTS), draw.choice(ESPEAK_VOICES)
    speed, pitch = draw.randint(110, 210), draw.randint(15, 85)
    command = ["espeak-ng", "-v", f"{accent}+{voice}", "-s", str(speed), "-p", str(pitch)]
    return [*command, "-w", WAV, word], f"espeak-{accent}-{voice}"


def flite_command(word: str, draw: Random) -> tuple[list[str], str]:
    """Return a command that writes the word to `WAV`, and a short name of the voice drawn."""
    voice = draw.choice(FLITE_VOICES)
    pitch_hz = draw.uniform(140, 260) if voice == "slt" else draw.uniform(80, 170)
    settings = {"int_f0_target_mean": pitch_hz, "int_f0_target_stddev": draw.uniform(5, 35)}
    settings["duration_stretch"] = draw.uniform(0.8, 1.3)
    options = [part for name, value in settings.items() for part in ("--setf", f"{name}={value:.2f}")]
    return ["flite", "-voice", voice, *options, "-t", word, "-o", WAV], f"flite-{voice}"


def speech_of(command: list[str]) -> npt.NDArray[np.float32]:
    """Run the synthesiser and return its mono speech at 16 kHz without the silence around it."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        subprocess.run([wav.name if part == WAV else part for part in command], check=True, capture_output=True)
        samples, rate_hz = soundfile.read(wav.name, dtype="float32")
    speech = soxr.resample(np.asarray(samples, np.float32), rate_hz, SAMPLE_RATE_HZ)
    loud = np.flatnonzero(np.abs(speech) > 0.02 * np.abs(speech).max(initial=1e-9))
    return np.asarray(speech[loud[0] : loud[-1] + 1] if len(loud) else speech[:0], np.float32)


def speak_plan(plan: Plan, folder: Path, seed: int, *, with_flite: bool) -> int:
    """Write the clips of one plan below `folder`, one folder a word, and return how many there are."""
    written = 0
    for word in plan.words:
        draw = Random(f"{seed} {word}")
        makers = [espeak_command] * plan.espeak_clips + [flite_command] * (plan.flite_clips if with_flite else 0)
        (folder / word).mkdir(parents=True, exist_ok=True)
        for index, maker in enumerate(makers):
            command, voice = maker(word.replace("-", " "), draw)
            speech = speech_of(command)
            if len(speech) > SAMPLE_RATE_HZ // 10:
                soundfile.write(
                    folder / word / f"{voice}_{index}.flac", speech / np.abs(speech).max() * 0.5, SAMPLE_RATE_HZ
                )
                written += 1
    return written


def main() -> None:
    """Write all clips and print how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=12)
    arguments = parser.parse_args()
    if shutil.which("espeak-ng") is None:
        sys.exit("espeak-ng is not installed; install it with `apt-get install espeak-ng` and run this again.")
    with_flite = shutil.which("flite") is not None
    clips = sum(speak_plan(plan, arguments.folder, arguments.seed, with_flite=with_flite) for plan in PLANS)
    print(f"{clips} clips in {arguments.folder}, flite {'included' if with_flite else 'not installed'}")


if __name__ == "__main__":
    main()
