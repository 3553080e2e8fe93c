"""The yearly review: whether a firm still needs to read each of its clients."""
