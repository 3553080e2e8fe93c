"""The files of a picture: four of them, in two sizes and two formats."""

SCALES = (1, 2)
ENDINGS = ("webp", "png")


def file_name(stem: str, scale: int, ending: str) -> str:
    """The file name, such as permissions.png, or permissions-2x.png for ``scale`` 2."""
    return f"{stem}{'-2x' if scale == 2 else ''}.{ending}"
