"""Words that every room needs: numbers with their nouns."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return 1 file, 24 files, 1,200 files."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
