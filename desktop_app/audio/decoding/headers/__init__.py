"""What the bytes of a recording say about themselves: magic numbers, headers, tags. The standard library only."""
