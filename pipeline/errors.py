"""What can go wrong, as one small tree. Every message is one line that says what to do.

JianbaoError
├── ConfigError   a configuration file or option is wrong
├── InputError    a document or data file cannot be used
├── ModelError    a model folder is missing, damaged or of another kind
└── OutputError   results cannot be written
"""


class JianbaoError(Exception):
    """Base of all expected errors: the command line prints them as one line and exits with code 2."""


class ConfigError(JianbaoError):
    """A configuration file, key or value is wrong."""


class InputError(JianbaoError):
    """An input document or data file cannot be read or has no text."""


class ModelError(JianbaoError):
    """A model is missing, damaged, or may not be downloaded."""


class OutputError(JianbaoError):
    """Results cannot be written where they were asked for."""
