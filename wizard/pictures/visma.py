"""The pictures of Visma's pages and of our approve button. Names and numbers are fictitious."""

from types import SimpleNamespace

from wizard.pictures.definitions import Mark, Picture

WIDE = 400
# Bolagsverket does not assign 559900-…
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
        page="providers/visma/sketches/permissions.html",
        marks=(Mark(1), Mark(2), Mark(3), Mark(4)),
        live=True,
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
        page="providers/visma/sketches/login.html",
        marks=(Mark(1), Mark(2)),
        live=True,
    ),
    Picture(
        provider="visma",
        name="choose-company",
        page="providers/visma/sketches/choose-company.html",
        marks=(Mark(1), Mark(2)),
        live=True,
    ),
    Picture(
        provider="visma",
        name="consent",
        page="providers/visma/sketches/consent.html",
        marks=(Mark(1), Mark(2)),
        live=True,
    ),
    Picture(
        provider="visma",
        name="user-menu",
        page="providers/visma/drawn/user_menu.html",
        width=WIDE,
        height=218,
        marks=(Mark(1, ".menu summary", "left"), Mark(2, ".box", "left")),
        from_right=True,
    ),
    Picture(
        provider="visma",
        name="company-box",
        page="providers/visma/drawn/company_box.html",
        width=WIDE,
        height=292,
        marks=(Mark(3, ".to-default", "left"),),
        from_right=True,
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
        ours=True,
    ),
)
