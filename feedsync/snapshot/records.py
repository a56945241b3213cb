"""What is stored of variants and products is compressed, with a dictionary of what the first document's items have in common.

A frame tells itself from a plain record: a snapshot holds both, since a small one has no dictionary and is not worth one.
"""

from __future__ import annotations

from collections.abc import Sequence

import zstandard

#: So many records show what the others will be like.
SAMPLES = 1000
_DICTIONARY_BYTES = 32 * 1024
#: Of each so much is enough; what is longer is mostly one description.
SAMPLE_BYTES = 4096
_LEVEL = 1
#: How a frame begins (RFC 8878, section 3.1.1); no record does, which is an array of MessagePack.
_MAGIC = b"\x28\xb5\x2f\xfd"


class Packer:
    """Packs and unpacks with one snapshot's dictionary; without one what is packed stays as it is. For one thread."""

    def __init__(self, dictionary: bytes | None = None) -> None:
        self._dictionary = dictionary
        shared = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
        self._compressor = None if shared is None else zstandard.ZstdCompressor(_LEVEL, dict_data=shared)
        self._decompressor = zstandard.ZstdDecompressor(dict_data=shared)

    def __reduce__(self) -> tuple[object, ...]:
        return Packer, (self._dictionary,)

    @property
    def has_dictionary(self) -> bool:
        """Whether what is packed becomes smaller."""
        return self._compressor is not None

    def pack(self, record: bytes) -> bytes:
        """The form in which it is stored."""
        return record if self._compressor is None else self._compressor.compress(record)

    def unpack(self, stored: bytes) -> bytes:
        """What was packed.

        Raises:
            zstandard.ZstdError: it is damaged.
        """
        if not is_packed(stored):
            return stored
        return self._decompressor.decompress(stored)


def is_packed(stored: bytes) -> bool:
    """Whether this is a frame."""
    return stored.startswith(_MAGIC)


def learn(samples: Sequence[bytes]) -> bytes:
    """A dictionary of what the beginnings of :data:`SAMPLES` records have in common."""
    return zstandard.train_dictionary(_DICTIONARY_BYTES, list(samples)).as_bytes()
