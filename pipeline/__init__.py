"""jianbao (简报): tags the sentences of an official report by topic and writes an abstract one can trust."""

__version__ = "0.1.0"
