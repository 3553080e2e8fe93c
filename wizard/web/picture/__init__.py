"""The page of an enlarged picture, and the image files of real screenshots."""
