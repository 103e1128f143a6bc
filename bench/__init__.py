"""Every claim of speed or quality as a command: `python -m bench.<part> [--quick] [--data FOLDER]`.

A part prints one JSON line a figure on standard output and a table for people on standard error. Peers are measured
in the same run, interleaved with ours, because machines are noisy; ratios are what holds.
"""
