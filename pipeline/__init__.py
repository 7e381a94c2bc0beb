"""jianbao (简报): tags the sentences of an official report by topic and writes an abstract one can trust."""

from pathlib import Path

__version__ = "0.1.0"

# Where models, configs and data lie that ship with the package.
PROJECT = Path(__file__).resolve().parent.parent
