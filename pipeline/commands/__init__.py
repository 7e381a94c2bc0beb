"""What the commands of `jianbao` do."""
