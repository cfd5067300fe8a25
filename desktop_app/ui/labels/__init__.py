"""Labels on the screen: over the sound, in tables, in the scheme of classes."""
