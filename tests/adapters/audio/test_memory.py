"""The worst files take less than 200 MB over what the libraries take: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.audio.hostile import ROWS

MOST_MB = 200
WORST = [
    *("3 h of silence", "half an hour of 8 kHz", "a WAV that claims 4 GB", "a WAV of 65,535 channels"),
    *("200 streams, OGG", "200 streams, MP4", "8 streams of 100,000 pieces", "an index of 80,000,000 pieces"),
    *("an index that is 30 MB unpacked", "a tag that is 30 MB unpacked", "an hour in packets of 250 kB"),
]
MEASURE = """
import sys
from pathlib import Path
from adapters import audio
from core.ports import UnusableSoundError

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000

idle = peak()
for path in sys.argv[1:]:
    try:
        audio.decode(Path(path).read_bytes())
    except UnusableSoundError:
        pass
    print(peak() - idle)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process's own memory")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    rows = [row for row in ROWS if row.name in WORST]
    assert len(rows) == len(WORST)
    files = [tmp_path / str(number) for number in range(len(rows))]
    for row, file in zip(rows, files, strict=True):
        file.write_bytes(row.make())
    done = subprocess.run([sys.executable, "-c", MEASURE, *files], check=True, capture_output=True, text=True)
    peaks = [float(line) for line in done.stdout.split()]
    assert len(peaks) == len(rows)
    assert max(peaks) < MOST_MB, dict(zip([row.name for row in rows], peaks, strict=True))
    assert max(peaks) > 1  # it is measured at all
