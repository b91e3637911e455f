"""Backing the shop up and restoring it: both stores, the files, and proof that nothing is missing.

`backing_up.py` and `restoring.py` are the two commands. Around them: `figures.py` counts what must be
equal, `sqlite.py`, `mysql.py` and `mongodb.py` read and write one store each, `files.py` the folders or
the bucket, `manifest.py` says what a backup holds.
"""
