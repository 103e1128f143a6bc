from __future__ import annotations

import pytest

from jobs.devices import CPU_SLOT, Slot, find_slots


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("0", ["cuda:0"]),
        ("1,3", ["cuda:1", "cuda:3"]),
        (" 0 , 2 ", ["cuda:0", "cuda:2"]),
        ("0,0", ["cuda:0"]),
        ("0,-1,2", ["cuda:0"]),
        ("GPU-8b4a,GPU-11c0", ["cuda:GPU-8b4a", "cuda:GPU-11c0"]),
        ("", ["cpu"]),
        ("-1", ["cpu"]),
    ],
)
def test_the_visible_devices_are_the_slots_and_hidden_ones_leave_the_cpu(visible, names):
    assert [slot.name for slot in find_slots({"CUDA_VISIBLE_DEVICES": visible})] == names


def test_a_gpu_slot_makes_only_its_own_device_visible():
    assert Slot.gpu("GPU-11c0").visible == "GPU-11c0"
    assert CPU_SLOT.visible == ""


def fake_nvidia_smi(folder, body):
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return program


def test_without_a_setting_the_listing_of_nvidia_smi_decides(tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, "echo GPU-aaa; echo GPU-bbb")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert [slot.name for slot in find_slots({})] == ["cuda:GPU-aaa", "cuda:GPU-bbb"]


def test_a_broken_driver_leaves_one_slot_on_the_cpu(tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, "echo 'NVIDIA-SMI has failed'; exit 9")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_slots({}) == (CPU_SLOT,)
