"""Evidence for auditors: samples as ZIP files, signed manifests, and whether a year is complete."""
