"""What the annotation desk asks of the server: documents to open, edits to keep, history, comments.

POST /api/desk/{project}/{what}, JSON in and out, from the app's own pages only. Offsets are half-open code points.
A handler is a plain function (project, body) -> answer that runs in a thread; an error it raises is told in words.
"""
