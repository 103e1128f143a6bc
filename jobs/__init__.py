"""Background work: a queue in the store, a supervisor that starts workers, and workers that train and predict.

    queue       what people ask for: submit, cancel, pause, resume, retry
    supervisor  one process a data folder; claims jobs, starts workers, notices deaths
    reconcile   one pass over ledger and engine: what the supervisor does four times a second
    engines/    how a worker is started, found and stopped (local: a process of this machine)
    worker      one process a job; every write it makes carries its attempt number
    importing   a file becomes documents; samples loads the two sample projects through it

The store is the only ledger. Only `worker` and what it imports (`training`, `predicting`) ever load torch.
"""
