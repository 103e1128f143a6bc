"""Base encoders, the two kinds of tagger made from them, and the folders they are published in.

`manifest` and `bases` are free of torch; the other modules load it.
"""
