"""One page of the guide, built three times, to see what each framework can serve."""
