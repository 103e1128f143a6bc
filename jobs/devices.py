"""The slots of this machine: one for each GPU, else exactly one for the CPU. Found without importing torch."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

CPU = "cpu"
NVIDIA_SMI_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for one job: `name` is "cpu" or "cuda:<number or UUID>"; `visible` is its CUDA_VISIBLE_DEVICES."""

    name: str
    visible: str

    @classmethod
    def gpu(cls, device: str) -> Slot:
        """The slot of one GPU, named as CUDA_VISIBLE_DEVICES names it."""
        return cls(name=f"cuda:{device}", visible=device)


CPU_SLOT = Slot(name=CPU, visible="")


def find_slots(environment: Mapping[str, str] | None = None) -> tuple[Slot, ...]:
    """One slot for each device in CUDA_VISIBLE_DEVICES, or for each that nvidia-smi lists, else the CPU slot.

    An empty CUDA_VISIBLE_DEVICES, or "-1", hides every GPU, as CUDA itself reads it.
    """
    environment = os.environ if environment is None else environment
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    devices = _listed(visible) if visible is not None else _installed()
    return tuple(Slot.gpu(device) for device in devices) or (CPU_SLOT,)


def _listed(visible: str) -> list[str]:
    # CUDA stops reading at the first invalid entry; "-1" is the customary one.
    devices: list[str] = []
    for entry in (part.strip() for part in visible.split(",")):
        if not entry or entry == "-1":
            break
        if entry not in devices:
            devices.append(entry)
    return devices


def _installed() -> list[str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        # By UUID: nvidia-smi numbers GPUs by their bus, CUDA by their speed unless CUDA_DEVICE_ORDER says otherwise.
        listing = subprocess.run(
            [program, "--query-gpu=uuid", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=NVIDIA_SMI_SECONDS,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in listing.splitlines() if line.strip()]
