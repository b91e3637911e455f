"""What keeps a backup from being made or restored, in words for whoever runs it."""


class BackupError(Exception):
    """The message says what is wrong and what to do."""
