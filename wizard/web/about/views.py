"""How we handle what we know, and for whom the pages can be used: public."""

from flask import Blueprint, render_template

blueprint = Blueprint("about", __name__)


@blueprint.get("/uppgifter")
def data() -> str:
    """Who is responsible, what is kept, for how long, and which cookies there are."""
    return render_template("about/data.html")


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """What works for whom, what does not yet, and whom to tell."""
    return render_template("about/accessibility.html")
