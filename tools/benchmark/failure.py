# The two ways in which the benchmark ends before it is done.


class CannotGoOn(Exception):
    """Its text is for the user, and says what to do."""


class Interrupted(BaseException):
    """By a signal, which is its argument. Only main catches it; who owns guests removes them."""
