"""Taking a logo from a form, and saying why it was refused."""

from wizard.extensions import database
from wizard.models import Firm
from wizard.services.accounts import logos
from wizard.services.accounts.logos import LogoInvalidError, LogoRefusal
from wizard.web.admin.forms import LogoForm
from wizard.web.forms.base import lazy

REFUSALS = {
    LogoRefusal.TOO_LARGE: lazy("The file is larger than 1 MB. Save the picture smaller."),
    LogoRefusal.TOO_MANY_PIXELS: lazy("The picture has too many pixels. Save it smaller."),
    LogoRefusal.NOT_A_PICTURE: lazy("The file is not a whole PNG or JPEG picture."),
    LogoRefusal.TOO_NARROW: lazy("The picture is too narrow to be seen at the size of a page."),
    LogoRefusal.INVISIBLE: lazy(
        "The picture cannot be seen on white. Choose one in a darker colour."
    ),
}


def take_logo(firm: Firm, form: LogoForm) -> bool:
    """Make the uploaded picture the firm's logo; False, with the reason at the field, if it cannot be."""
    try:
        logos.set_logo(database.session, firm, form.file.data.read(logos.LARGEST_BYTES + 1))
    except LogoInvalidError as error:
        form.file.errors = [REFUSALS[error.reason]]
        return False
    return True
