"""What the server tells of its models, in the words of the real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

VERSION = "0.33.0"
WHEN = "2026-10-03T23:34:03.409490317-07:00"
_DETAILS = {
    "parent_model": "",
    "format": "gguf",
    "family": "llama",
    "families": ["llama"],
    "parameter_size": "8.0B",
    "quantization_level": "Q4_K_M",
}


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that the server holds; `remote_host` is set for one that runs elsewhere."""

    name: str = "llama3.1:8b"
    capabilities: tuple[str, ...] = ("completion", "tools")
    context_length: int = 131_072
    remote_host: str = ""


def summary(model: InstalledModel) -> dict[str, Any]:
    remote = {"remote_model": model.name, "remote_host": model.remote_host} if model.remote_host else {}
    name = {"name": model.name, "model": model.name, "modified_at": WHEN, "digest": "c6eb396dbd59" * 5 + "c6eb"}
    return name | remote | {"size": 4_920_753_328, "details": _DETAILS}


def description(model: InstalledModel) -> dict[str, Any]:
    about = {"general.architecture": "llama", "llama.context_length": model.context_length, "llama.block_count": 32}
    more = {"tokenizer.ggml.tokens": None, "general.parameter_count": 8_030_261_248}
    return {
        "modelfile": "# Modelfile",
        "license": "Terms of use",
        "parameters": 'stop "<|eot_id|>"',
        "template": "{{ .Prompt }}",
        "details": _DETAILS,
        "model_info": about | more,
        "capabilities": list(model.capabilities),
        "modified_at": WHEN,
    }
