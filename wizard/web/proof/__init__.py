"""The page that tells what a manifest proves, and whether a file is one that it names."""
