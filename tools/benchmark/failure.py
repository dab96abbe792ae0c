# How the benchmark says that it cannot go on.


class CannotGoOn(Exception):
    """Its text is for the user, and says what to do."""
