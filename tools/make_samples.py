"""Make the bundled samples anew: `python -m tools.make_samples [FOLDER]`, by default into resources/samples.

Needs espeak-ng. The same versions of espeak-ng and the encoders make the same sounds at every run; the files differ in
what encoders draw at random, such as the serial number of an Ogg stream.
"""

import csv
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop_app.assets import samples_dir
from desktop_app.audio.writer import save_audio
from tools import synthesis
from tools.synthesis import Rng, Sound

SEED = 20_240
PEAK = 0.5
FADE_S = 0.01
GARDEN_S = 180
GARDEN_NAME = "garden-three-minutes.flac"

Maker = Callable[[int, Rng], Sound]


@dataclass(frozen=True)
class Sample:
    """One bundled recording."""

    name: str
    """File name; its suffix is the format."""
    rate_hz: int
    """Sample rate."""
    make: Maker
    """Gives the sound at that rate, of any loudness."""
    encoding: str | None = None
    """Encoding inside the format; None: the default."""
    bits: int | None = None
    """Depth; None: the default."""
    noise_db: float = -55.0
    """Background, against the peak."""


def word(text: str, voice: str, speed: int = 140, pitch: int = 50) -> Maker:
    """Return what makes a word, spoken in a room in the middle of about a second."""

    def make(rate_hz: int, rng: Rng) -> Sound:
        speech = synthesis.spoken(text, voice, rate_hz, speed, pitch)
        sound = synthesis.silence(max(1.0, len(speech) / rate_hz + 0.3), rate_hz)
        synthesis.add(sound, speech, (len(sound) - len(speech)) / 2 / rate_hz, rate_hz)
        return synthesis.in_a_room(sound, rate_hz, rng)[: len(sound)]

    return make


def counting(rate_hz: int, rng: Rng) -> Sound:
    """Return a list of words, one every 1.2 s, with pauses in which nobody speaks."""
    words = ("yes", "no", "left", "right", "stop", "go")
    sound = synthesis.silence(1.2 * len(words) + 0.4, rate_hz)
    for number, text in enumerate(words):
        speech = synthesis.spoken(text, "en-us", rate_hz, 130)
        synthesis.add(sound, speech, 0.4 + 1.2 * number, rate_hz)
    return synthesis.in_a_room(sound, rate_hz, rng)[: len(sound)]


def room(rate_hz: int, rng: Rng) -> Sound:
    """Return 3 s of a quiet room with a faint hum."""
    hum = synthesis.sweep(np.full(3 * rate_hz, 100.0), rate_hz)
    return synthesis.pink_noise(3, rate_hz, rng) + 0.4 * hum


SAMPLES = (
    Sample("yes-american-man.wav", 16_000, word("yes", "en-us")),
    Sample("yes-scottish-man.flac", 16_000, word("yes", "en-gb-scotland", 130)),
    Sample("no-american-woman.flac", 16_000, word("no", "en-us+f3")),
    Sample("no-british-man.w64", 16_000, word("no", "en-gb", 120)),
    Sample("up-american-man.mp3", 16_000, word("up", "en-us+m3")),
    Sample("up-telephone.wav", 8_000, word("up", "en-us"), "ALAW", 8),
    Sample("down-british-man.ogg", 16_000, word("down", "en-gb")),
    Sample("left-american-woman.opus", 48_000, word("left", "en-us+f2")),
    Sample("right-american-man.m4a", 44_100, word("right", "en-us+m7")),
    Sample("on-british-woman.aiff", 22_050, word("on", "en-gb+f4")),
    Sample("off-american-man.au", 8_000, word("off", "en-us"), "ULAW", 8),
    Sample("stop-american-woman.wav", 48_000, word("stop", "en-us+f4"), "PCM_S", 24),
    Sample("STOP-OLD-RECORDER.WAV", 16_000, word("stop", "en-us+m2", 120), "PCM_U", 8, -45),
    Sample("go-telephone.gsm", 8_000, word("go", "en-us")),
    Sample("go-scottish-woman.caf", 22_050, word("go", "en-gb-scotland+f2")),
    Sample("right-telephone.amr", 8_000, word("right", "en-us+f3")),
    Sample("seven-other-word.flac", 16_000, word("seven", "en-us")),
    Sample("marvin-other-word.wav", 16_000, word("marvin", "en-us+f3"), "PCM_F", 32),
    Sample("six-words-in-a-row.mp3", 24_000, counting),
    Sample("quiet-room.flac", 16_000, room),
    Sample("warbler.flac", 44_100, synthesis.warbler),
    Sample("cuckoo.ogg", 44_100, synthesis.cuckoo),
    Sample("fly-song.wav", 10_000, synthesis.fly_song),
    Sample("clock.mp3", 32_000, synthesis.clock),
    Sample("bell.flac", 44_100, synthesis.bell, noise_db=-75),
    Sample("rain-stereo.opus", 48_000, synthesis.rain),
    Sample("frogs-stereo.flac", 32_000, synthesis.frogs),
    Sample("moving-tone-stereo.wav", 24_000, synthesis.moving_tone, "PCM_S", 24, -90),
    Sample("bat-ultrasound.flac", 192_000, synthesis.bat),
)


@dataclass(frozen=True)
class Event:
    """Something that is heard in the garden."""

    onset_s: float
    offset_s: float
    label: str


def main() -> int:
    """Write all samples and return the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else samples_dir()
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        sound = finished(sample.make(sample.rate_hz, rng_for(sample.name)), sample)
        save_audio(folder / sample.name, sound, sample.rate_hz, encoding=sample.encoding, bits_per_sample=sample.bits)
        print(f"{sample.name}: {len(sound) / sample.rate_hz:.2f} s")
    write_garden(folder)
    return 0


def rng_for(name: str) -> Rng:
    """Return the random numbers of one sample, whatever the others are."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def finished(sound: Sound, sample: Sample) -> Sound:
    """Return the sound over a faint background, faded in and out, with a peak of -6 dB."""
    rng = rng_for(f"background of {sample.name}")
    stereo: Sound = sound.reshape(len(sound), -1) / np.abs(sound).max()
    seconds = len(stereo) / sample.rate_hz
    for channel in range(stereo.shape[1]):
        noise = synthesis.pink_noise(seconds, sample.rate_hz, rng)[: len(stereo)]
        stereo[:, channel] += 10 ** (sample.noise_db / 20) * noise
    ramp = np.linspace(0, 1, round(FADE_S * sample.rate_hz))
    stereo[: len(ramp)] *= ramp[:, None]
    stereo[-len(ramp) :] *= ramp[::-1, None]
    stereo *= PEAK / np.abs(stereo).max()
    return stereo


def write_garden(folder: Path) -> None:
    """Write the long recording, and beside it a CSV with what is heard when."""
    rate_hz, rng = 22_050, rng_for(GARDEN_NAME)
    sound = 0.0006 * synthesis.pink_noise(GARDEN_S, rate_hz, rng)
    events = []
    for onset_s, label, part in garden_parts(rate_hz, rng):
        synthesis.add(sound, part, onset_s, rate_hz)
        events.append(Event(round(onset_s, 3), round(onset_s + len(part) / rate_hz, 3), label))
    report = save_audio(folder / GARDEN_NAME, sound, rate_hz)
    with (folder / GARDEN_NAME).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("path", "onset_s", "offset_s", "label"))
        writer.writerows((GARDEN_NAME, event.onset_s, event.offset_s, event.label) for event in events)
    print(f"{GARDEN_NAME}: {report.frames / rate_hz:.2f} s, {len(events)} events, {report.clipped} clipped")


def garden_parts(rate_hz: int, rng: Rng) -> Iterator[tuple[float, str, Sound]]:
    """Yield onset, label and sound of everything in the garden, in order: every 5 s or so somebody speaks or sings."""
    words = [("yes", "en-us"), ("no", "en-us+f3"), ("left", "en-us+f2"), ("right", "en-us"), ("stop", "en-us+f4")]
    words += [("go", "en-us"), ("up", "en-us+m3"), ("down", "en-gb"), ("on", "en-gb+f4"), ("off", "en-us")]
    birds = (("warbler", synthesis.warbler), ("cuckoo", synthesis.cuckoo))
    for number in range(34):
        onset_s = 3 + 5.2 * number + float(rng.uniform(-0.8, 0.8))
        if number % 3 == 1:
            text, voice = words[number // 3 % len(words)]
            speech = synthesis.spoken(text, voice, rate_hz)
            yield onset_s, text, 0.35 * synthesis.in_a_room(speech, rate_hz, rng)[: len(speech)]
        else:
            label, bird = birds[number % 2]
            yield onset_s, label, float(rng.uniform(0.04, 0.25)) * bird(rate_hz, rng)


if __name__ == "__main__":
    sys.exit(main())
