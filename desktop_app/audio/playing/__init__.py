"""From a recording to a sound device: reading ahead, mixing, the clock of what is heard. PortAudio is in `streams`."""
