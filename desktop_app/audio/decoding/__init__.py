"""From the bytes of a source to its frames: headers, which library decodes what, and how each reaches a position."""
