"""How we speak to accounting systems."""
