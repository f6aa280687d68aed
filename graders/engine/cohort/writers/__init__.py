"""Grades in the form that each system reads. Every writer returns the file's content; the command writes it."""


class CannotWrite(Exception):
    """One system's file cannot be made from what there is; the message says why and what to do."""
