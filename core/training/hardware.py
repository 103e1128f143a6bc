"""Where and in which number format a run computes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.errors import InvalidConfig
from core.training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device and what it computes with. Weights, sums and optimiser state are float32 everywhere."""

    device: torch.device
    half: bool = False  # bf16 autocast, on a GPU
    onednn: bool = False  # on a CPU: matrix products by oneDNN, free to round their factors to bf16
    rounds: bool = False  # whether it does so here

    @property
    def exact(self) -> bool:
        """Whether scores are those that full precision gives."""
        return not (self.half or self.rounds)

    def autocast(self) -> AbstractContextManager[object]:
        """The context of a forward pass."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.half else nullcontext()

    @contextmanager
    def products(self) -> Iterator[None]:
        """The context of all matrix products, backward ones too.

        PyTorch leaves float32 products to MKL, which does not use AVX-512 on processors of other makers: oneDNN was
        2.3 times as fast there, in float32. Where a processor multiplies bf16 faster (AMX), it rounds the factors, as
        autocast would but without its casts, which make small encoders slower.
        """
        setting = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
        before = setting.fp32_precision
        if self.onednn:
            setting.fp32_precision = "bf16"
        try:
            yield
        finally:
            setting.fp32_precision = before

    def tensor(self, array: np.ndarray) -> Tensor:
        """The array on the device; the copy to a GPU overlaps with its work."""
        tensor = torch.from_numpy(array)
        if self.device.type == "cuda":
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor

    def inputs(self, batch: dict[str, np.ndarray]) -> dict[str, Tensor]:
        """All inputs on the device."""
        return {name: self.tensor(array) for name, array in batch.items()}


def choose_hardware(config: TrainingConfig) -> Hardware:
    """The device and number format that `config` asks for; sets the thread count. Raises InvalidConfig without a GPU.

    `precision` "auto" is bf16 on a GPU that has it, and whatever oneDNN finds fastest on a CPU.
    """
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    has_gpu = torch.cuda.is_available()
    if config.device == "cuda" and not has_gpu:
        raise InvalidConfig("device is cuda, but there is no usable GPU here; choose auto or cpu.")
    if has_gpu and config.device != "cpu":
        faster = torch.cuda.is_bf16_supported(including_emulation=False)
        half = config.precision == "bf16" or (config.precision == "auto" and faster)
        return Hardware(torch.device("cuda"), half=half)
    cpu = Hardware(torch.device("cpu"), onednn=config.precision != "fp32")
    return replace(cpu, rounds=_rounds(cpu))


def _rounds(hardware: Hardware) -> bool:
    """Whether products of float32 matrices of an encoder's size come out as if from bf16 factors."""
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.randn(shape, generator=generator) for shape in ((512, 384), (384, 1536)))
    with hardware.products():
        found = left @ right
    # 384 products of about 1: float32 errs by less than 0.001 in their sum, bf16 factors (8 bits) by about 0.1
    return bool((found.double() - left.double() @ right.double()).abs().max() > 0.01)
