"""Where and in which number format a run computes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

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
    rounded: bool = False  # on a CPU: factors of matrix products are rounded to bf16, their sums are float32

    @property
    def exact(self) -> bool:
        """Whether scores are those that full precision gives."""
        return not (self.half or self.rounded)

    def autocast(self) -> AbstractContextManager[object]:
        """The context of a forward pass."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.half else nullcontext()

    @contextmanager
    def products(self) -> Iterator[None]:
        """The context of all matrix products, backward ones too.

        Processors with bf16 products do 2.3 times as many of them a second as of float32 ones, without the casts that
        make autocast slower than float32 on a CPU; other processors are left as they are.
        """
        setting = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
        before = setting.fp32_precision
        if self.rounded:
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


def processor_has_bf16() -> bool:
    """Whether matrix products in bf16 are faster than in float32 here: AVX-512 BF16 or AMX."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(check() for name in checks if (check := getattr(torch.cpu, name, None)) is not None)


def choose_hardware(config: TrainingConfig) -> Hardware:
    """The device and number format that `config` asks for; sets the thread count.

    `precision` "auto" is bf16 wherever that is faster. Raises InvalidConfig for a GPU that is not there, and for bf16
    on a processor without it.
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
    if config.precision == "bf16" and not processor_has_bf16():
        raise InvalidConfig("precision is bf16, which this processor does not have; choose auto or fp32.")
    return Hardware(torch.device("cpu"), rounded=config.precision != "fp32" and processor_has_bf16())
