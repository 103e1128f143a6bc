"""The store: projects, documents, annotations, snapshots, runs, jobs, models and who changed what.

One module a subject. Every public function takes an open Session first (from `Store.reading()` or
`Store.writing()`) and returns frozen dataclasses, never rows that are bound to a session.

    connection    where the database is, how it is opened, the two kinds of session
    schema        the tables
    migrating     from whatever version a database has to this one; triggers
    accounts, projects, labels, documents, listing, splits, annotations, suggestions
    snapshots, runs, jobs, models, predictions, evaluations
    events        append-only audit
    backup        a consistent copy of a database in use
"""
