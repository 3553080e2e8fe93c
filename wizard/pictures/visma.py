"""The pictures of Visma, and of the button that leads there. Names and numbers are invented."""

from types import SimpleNamespace

from wizard.pictures.definitions import Mark, Picture

WIDE, NARROW = 400, 280  # the programme's pages, and the three screens on the way to consent
LOGIN_HOST = "identity.vismaonline.com"
# 559900-… is not handed out by Bolagsverket.
RIGHT = SimpleNamespace(key="right", name="Rätt företag AB", number="559900-1017")
OTHER = SimpleNamespace(key="other", name="Annat företag AB", number="559900-2015")
YOU = SimpleNamespace(name="Ditt namn")
HERE = SimpleNamespace(
    company=SimpleNamespace(name=OTHER.name, has_bookkeeping=True), person=YOU, several_users=True
)

PICTURES: tuple[Picture, ...] = (
    Picture(
        provider="visma",
        name="permissions",
        page="providers/visma/drawn/permissions.html",
        width=WIDE,
        height=236,
        marks=(
            Mark(1, ".settings"),
            Mark(2, ".permissions-page"),
            Mark(3, ".you td span"),
        ),
    ),
    Picture(
        provider="visma",
        name="bookkeeping",
        page="providers/visma/drawn/bookkeeping.html",
        width=WIDE,
        height=216,
        marks=(Mark(1, ".current span"), Mark(2, ".bookkeeping")),
    ),
    Picture(
        provider="visma",
        name="login",
        page="providers/visma/drawn/login.html",
        width=NARROW,
        height=252,
        marks=(Mark(1, ".address em"), Mark(2, ".main")),
        address=LOGIN_HOST,
    ),
    Picture(
        provider="visma",
        name="choose-company",
        page="sandbox/identity/company.html",
        width=NARROW,
        height=300,
        marks=(Mark(1, ".choice:last-of-type", "inside"), Mark(2, ".main")),
        facts={
            "person": YOU,
            "journey": SimpleNamespace(id=""),
            "choices": [OTHER, RIGHT],
            "default": "",
        },
        address=LOGIN_HOST,
    ),
    Picture(
        provider="visma",
        name="consent",
        page="sandbox/identity/consent.html",
        width=NARROW,
        height=306,
        marks=(Mark(1, ".facts", "inside"), Mark(2, ".main")),
        facts={
            "person": YOU,
            "journey": SimpleNamespace(id="", query=""),
            "client_name": "Senseworks",
            "company": RIGHT,
            "permissions": ["läsa bokföringen", "läsa fakturor och kvitton"],
        },
        address=LOGIN_HOST,
    ),
    Picture(
        provider="visma",
        name="user-menu",
        page="providers/visma/drawn/user_menu.html",
        width=WIDE,
        height=218,
        marks=(Mark(1, ".menu summary", "left"), Mark(2, ".box", "left")),
    ),
    Picture(
        provider="visma",
        name="company-box",
        page="providers/visma/drawn/company_box.html",
        width=WIDE,
        height=292,
        marks=(Mark(3, ".to-default", "left"),),
    ),
    Picture(
        provider="visma",
        name="default-company",
        page="sandbox/portal/default_company.html",
        width=WIDE,
        height=300,
        marks=(Mark(4, ".starbox:checked", "left"),),
        facts={
            "g": HERE,
            "choices": [OTHER, RIGHT],
            "default": "other",
            "saved": False,
            "too_many": False,
        },
    ),
    Picture(
        provider="visma",
        name="activate",
        page="providers/visma/drawn/activate.html",
        width=WIDE,
        height=262,
        marks=(Mark(1, ".upload"), Mark(2, ".main")),
        languages=("sv", "en"),
    ),
)
