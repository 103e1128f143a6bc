"""The NER engine: documents → tokens → tags → windows → training → models → predictions → scores.

Knows no Streamlit, no SQL and no HTTP. Modules, in the order in which a text flows through them:

    errors        the exception tree
    documents     Span, Document, LabelSet: the values that everything else passes on
    formats       files ↔ streams of Document
    tokens        text → words (English) or characters (Chinese), with offsets
    tags          spans ↔ BIO tags over tokens
    features      tokens → overlapping windows of model inputs
    models        base encoders, character tagger, checkpoints, export     (torch)
    training      config, recipes, objectives, loop                        (torch)
    inference     constrained decoding, Predictor                          (numpy, onnxruntime)
    evaluation    matching, counts, error kinds, comparison
"""
