"""The only place where sound is opened: what candidates send becomes samples, and samples become voice messages.

Everything here blocks, and belongs in a worker thread. It is imported only where voice is on.
"""

from adapters.audio.encoding import encode, speech
from adapters.audio.opening import Limits, decode
from adapters.audio.segments import cut, joined, levelled, trimmed, waveform
from adapters.audio.sound import Samples, Sound

__all__ = [
    "Limits",
    "Samples",
    "Sound",
    "cut",
    "decode",
    "encode",
    "joined",
    "levelled",
    "speech",
    "trimmed",
    "waveform",
]
