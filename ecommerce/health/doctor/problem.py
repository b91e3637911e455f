"""What is wrong with a service that answers."""

# So long an examination waits for one answer of a service.
PATIENCE = 5.0


class Problem(Exception):
    """Says what is wrong; `advice` what to do, if it is not what one does about this service anyway."""

    def __init__(self, words: str, *, advice: str = "") -> None:
        super().__init__(words)
        self.advice = advice
