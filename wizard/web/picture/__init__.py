"""A picture by itself, and the files of real screenshots."""
