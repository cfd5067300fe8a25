"""What the recordist wrote into the file: RIFF INFO, Broadcast Wave and GUANO chunks, Vorbis comments, ID3v2 frames."""

from collections.abc import Iterator

_RIFF_NAMES = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"ICMT": "comment",
    b"ICRD": "date",
    b"ICOP": "copyright",
    b"ISFT": "software",
    b"IGNR": "genre",
    b"ITRK": "tracknumber",
    b"IENG": "engineer",
    b"ISBJ": "subject",
    b"IKEY": "keywords",
}
_ID3_NAMES = {
    b"TIT2": "title",
    b"TPE1": "artist",
    b"TALB": "album",
    b"TDRC": "date",
    b"TYER": "date",
    b"TCOP": "copyright",
    b"TSSE": "encoder",
    b"TENC": "encoded by",
    b"TCON": "genre",
    b"TRCK": "tracknumber",
    b"COMM": "comment",
}
_ID3_CODECS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_LONGEST_TEXT = 4096


def text(raw: bytes, codec: str = "utf-8") -> str:
    """Return the text up to the first NUL, cut to 4,096 characters; bytes that are no text become replacements."""
    return raw.decode(codec, "replace").partition("\0")[0].strip()[:_LONGEST_TEXT]


def riff_info(chunk: bytes) -> dict[str, str]:
    """Return the entries of a `LIST` chunk's body if it is an INFO list, else nothing."""
    if chunk[:4] != b"INFO":
        return {}
    found: dict[str, str] = {}
    at = 4
    while at + 8 <= len(chunk):
        name, size = chunk[at : at + 4], int.from_bytes(chunk[at + 4 : at + 8], "little")
        value = text(chunk[at + 8 : at + 8 + size])
        if value:
            found[_RIFF_NAMES.get(name) or text(name)] = value
        at += 8 + size + (size & 1)
    return found


def broadcast(chunk: bytes) -> dict[str, str]:
    """Return description, originator and time of a `bext` chunk (EBU Tech 3285)."""
    fields = {
        "description": text(chunk[0:256], "latin-1"),
        "originator": text(chunk[256:288], "latin-1"),
        "date": " ".join(filter(None, (text(chunk[320:330], "latin-1"), text(chunk[330:338], "latin-1")))),
    }
    return {name: value for name, value in fields.items() if value}


def guano(chunk: bytes) -> dict[str, str]:
    """Return the lines `Name: value` of a `guan` chunk (GUANO, the bat recorders' metadata)."""
    lines = (line.partition(":") for line in chunk.decode("utf-8", "replace").splitlines())
    return {name.strip(): value.strip()[:_LONGEST_TEXT] for name, colon, value in lines if colon and value.strip()}


def vorbis_comments(block: bytes) -> dict[str, str]:
    """Return the entries of a Vorbis comment block, names in lower case, without pictures; the readable ones only."""
    found: dict[str, str] = {}
    for entry in _length_prefixed(block):
        name, equals, value = entry.decode("utf-8", "replace").partition("=")
        name = name.lower()
        if equals and name and "picture" not in name and "coverart" not in name:
            joined = f"{found[name]}; {value}" if name in found else value
            found[name] = joined.strip()[:_LONGEST_TEXT]
    return {name: value for name, value in found.items() if value}


def _length_prefixed(block: bytes) -> Iterator[bytes]:
    vendor_bytes = int.from_bytes(block[0:4], "little")
    at = 4 + vendor_bytes
    count = int.from_bytes(block[at : at + 4], "little")
    at += 4
    for _ in range(count):
        size = int.from_bytes(block[at : at + 4], "little")
        if at + 4 + size > len(block):
            return
        yield block[at + 4 : at + 4 + size]
        at += 4 + size


def id3v2(block: bytes) -> dict[str, str]:
    """Return the text frames of an ID3v2.3 or 2.4 block (the older 2.2 and unsynchronised blocks give nothing)."""
    if block[:3] != b"ID3" or block[3:4] not in (b"\3", b"\4") or block[5] & 0xC0:
        return {}
    found: dict[str, str] = {}
    at = 10
    while at + 10 <= len(block) and block[at : at + 4].isalnum():
        name = block[at : at + 4]
        size = _id3_size(block[at + 4 : at + 8], syncsafe=block[3] == 4)
        body = block[at + 10 : at + 10 + size]
        if name in _ID3_NAMES or name == b"TXXX":
            key, value = _id3_text(name, body)
            if key and value:
                found.setdefault(key, value)
        at += 10 + size
    return found


def _id3_size(raw: bytes, *, syncsafe: bool) -> int:
    if syncsafe:
        return raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3]
    return int.from_bytes(raw)


def _id3_text(name: bytes, body: bytes) -> tuple[str, str]:
    """Return name and value of one text frame; TXXX and COMM carry a name of their own before the value."""
    codec = _ID3_CODECS[body[0]] if body[:1] and body[0] < len(_ID3_CODECS) else "latin-1"
    start = 4 if name == b"COMM" else 1
    parts = [part.strip("\ufeff ") for part in body[start:].decode(codec, "replace").split("\0")]
    if name == b"TXXX":
        return (parts[0].lower(), parts[1][:_LONGEST_TEXT]) if len(parts) > 1 else ("", "")
    value = next((part for part in (parts[1:] if name == b"COMM" else parts) if part), "")
    return _ID3_NAMES[name], value[:_LONGEST_TEXT]
