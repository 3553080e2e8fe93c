"""All pictures, by the key that pages use."""

from wizard.pictures import visma
from wizard.pictures.definitions import Picture

PICTURES: dict[str, Picture] = {picture.key: picture for picture in visma.PICTURES}
