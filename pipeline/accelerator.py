"""Where and how torch runs a model of transformers, and what to call it; needs torch."""

from pathlib import Path
from typing import Any

import torch

from pipeline.artefacts import file_digest


def choose_device(device: str) -> str:
    """The device asked for; for auto the accelerator where there is one, else the CPU."""
    return str(torch.accelerator.current_accelerator() or "cpu") if device == "auto" else device


def chooses_bf16(precision: str, device: str) -> bool:
    """Whether to compute in bf16: where asked for, or on accelerators; older CUDA cards only emulate it, which gains nothing."""
    if precision != "auto":
        return precision == "bf16"
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device != "cpu"


def model_name(model: str, config: Any) -> str:  # noqa: ANN401 - each architecture has its own class
    """Folder name and digest of the weights (of the first file, where there are several), or hub id and commit."""
    folder = Path(model)
    if folder.is_dir():
        return f"{folder.resolve().name}@{file_digest(min(folder.glob('model*.safetensors')))}"
    commit = getattr(config, "_commit_hash", None)
    return f"{model}@{commit[:16]}" if commit else model
