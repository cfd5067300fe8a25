"""Recognise a container by its contents; a suffix only decides where the contents cannot."""

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers.mpeg import is_adts_start, is_mpeg_audio_start

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "OGG"),
    (0, b"RF64", "RF64"),
    (0, b"BW64", "RF64"),
    (0, b"riff\x2e\x91\xcf\x11", "W64"),
    (0, b".snd", "AU"),
    (0, b"dns.", "AU"),
    (0, b"caff", "CAF"),
    (0, b"NIST_1A", "SPH"),
    (0, b"#!AMR", "AMR"),
    (4, b"ftyp", "MP4"),
    (4, b"moov", "MP4"),
    (4, b"mdat", "MP4"),
    (4, b"wide", "MP4"),
    (0, b"\x1a\x45\xdf\xa3", "MKV"),
    (0, bytes.fromhex("3026b2758e66cf11"), "WMA"),
    (0, b"wvpk", "WAVPACK"),
    (0, b"TTA1", "TTA"),
    (0, b"Creative Voice File\x1a", "VOC"),
    (0, b"\x64\xa3\x01\x00", "IRCAM"),
    (0, b"\x64\xa3\x02\x00", "IRCAM"),
    (0, b"\x64\xa3\x03\x00", "IRCAM"),
    (0, b"\x64\xa3\x04\x00", "IRCAM"),
    (0, b"\x00\x01\xa3\x64", "IRCAM"),
    (0, b"\x00\x02\xa3\x64", "IRCAM"),
    (0, b"\x00\x03\xa3\x64", "IRCAM"),
    (0, b"\x00\x04\xa3\x64", "IRCAM"),
    (0, b"2BIT", "AVR"),
    (0, b" paf", "PAF"),
    (0, b"fap ", "PAF"),
    (0, b"PVF1\n", "PVF"),
    (0, b"\x0b\x77", "AC3"),
)
# RIFF and IFF name what they hold eight bytes further on.
_FORMS = {
    (b"RIFF", b"WAVE"): "WAV",
    (b"RIFX", b"WAVE"): "WAV",
    (b"RIFF", b"AVI "): "AVI",
    (b"FORM", b"AIFF"): "AIFF",
    (b"FORM", b"AIFC"): "AIFF",
    (b"FORM", b"8SVX"): "SVX",
    (b"FORM", b"16SV"): "SVX",
}
_MOST_TAG_BLOCKS = 8
_GSM_FRAME_BYTES = 33


def sniff(source: ByteSource, head: bytes, hint: str = "") -> tuple[str, int]:
    """Return the container's name ("" if the contents tell nothing) and the offset at which it starts.

    `hint` names a headerless format (GSM, HTK) that the contents are tested for; the suffix serves where it is empty.
    """
    offset = 0
    for _ in range(_MOST_TAG_BLOCKS):  # ID3v2 blocks come before MP3, AAC, FLAC and others, now and then twice
        tag_bytes = id3v2_bytes(head)
        if not tag_bytes:
            break
        offset += tag_bytes
        head = source.read_at(offset, len(head))
    return _by_magic(head) or _by_structure(source, head, hint or source.suffix.lstrip(".").upper()), offset


def id3v2_bytes(head: bytes) -> int:
    """Return the length of the ID3v2 block at the start of `head`, 0 if there is none."""
    if head[:3] != b"ID3" or len(head) < 10 or max(head[6:10]) > 0x7F:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _by_magic(head: bytes) -> str:
    form = _FORMS.get((head[:4], head[8:12]))
    if form is not None:
        return form
    for offset, magic, name in _MAGIC:
        if head.startswith(magic, offset):
            return name
    return ""


def _by_structure(source: ByteSource, head: bytes, hint: str) -> str:
    """Recognise streams without a magic number by the way their frames follow each other."""
    if is_mpeg_audio_start(head.lstrip(b"\0") if head[:1] == b"\0" else head):
        return "MP3"
    if is_adts_start(head):
        return "AAC"
    if _is_htk(head, source.size_bytes):
        return "HTK"
    return "GSM" if _is_gsm(head, certain=hint != "GSM") else ""


def _is_htk(head: bytes, size_bytes: int) -> bool:
    """HTK: samples, period in 100 ns, bytes per sample, kind (0: waveform), big endian; the length must fit."""
    samples, period = int.from_bytes(head[0:4]), int.from_bytes(head[4:8])
    return head[8:12] == b"\0\2\0\0" and 10 <= period <= 100_000 and size_bytes == 12 + 2 * samples


def _is_gsm(head: bytes, *, certain: bool) -> bool:
    """GSM 06.10: each frame of 33 bytes starts with the nibble 0xD. Without a hint only a long run convinces."""
    whole_frames = len(head) // _GSM_FRAME_BYTES
    if whole_frames < (32 if certain else 1):
        return False
    return all(head[i * _GSM_FRAME_BYTES] >> 4 == 0xD for i in range(whole_frames))
