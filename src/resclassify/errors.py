"""The error family: each names the thing, the place and the remedy, and carries the exit status of the command line."""

from __future__ import annotations


class ResclassifyError(Exception):
    """Base of every error that a person can mend. `exit_status` is what the command line ends with."""

    exit_status = 1


class SettingsError(ResclassifyError):
    """A settings file, an option or a taxonomy says something that has no meaning."""

    exit_status = 2


class InputError(ResclassifyError):
    """A document or a table cannot be read."""

    exit_status = 3


class NoClauseError(InputError):
    """A document was read and holds no clause."""

    exit_status = 4


class ModelError(ResclassifyError):
    """A model folder is missing, incomplete, altered or of another version."""

    exit_status = 5


class OutputError(ResclassifyError):
    """A result cannot be written."""

    exit_status = 6


class PartialFailureError(ResclassifyError):
    """Some documents failed; the others were read and their results written."""

    exit_status = 7


class MissingExtraError(ResclassifyError):
    """An optional package is not installed; the message holds the `pip install` line."""

    exit_status = 8


class LabelError(ResclassifyError):
    """Labelled data breaks a rule of the data set."""

    exit_status = 9


class PromotionRefusedError(ResclassifyError):
    """A model is not put into production, since a rule speaks against it or another one came first."""

    exit_status = 10
