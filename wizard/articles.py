"""The articles of the help: their slugs, their order, and their number of steps."""

from dataclasses import dataclass

from wizard.causes import CAUSES, Cause


@dataclass(frozen=True)
class Article:
    """An article at /hjalp/<slug> with steps #steg-1 to #steg-<steps>; these URLs are permanent."""

    slug: str
    steps: int

    @property
    def cures(self) -> tuple[Cause, ...]:
        """The causes whose help is in this article."""
        return tuple(
            cause for cause, facts in CAUSES.items() if facts.help.startswith(f"{self.slug}#")
        )


# In the order of the table of contents: preparation, approval, afterwards, and security.
GROUPS: dict[str, tuple[Article, ...]] = {
    "before": (
        Article("vem-kan-godkanna", 4),
        Article("behorigheter", 5),
        Article("bokforing", 8),
        Article("hamta-lanken", 6),
        Article("verifikat", 3),
    ),
    "approve": (
        Article("ge-behorighet", 9),
        Article("logga-in", 5),
        Article("bankid", 4),
        Article("valj-foretag", 6),
        Article("standardforetag", 6),
        Article("godkann-behorigheter", 4),
    ),
    "afterwards": (
        Article("kvitto", 4),
        Article("fornya", 4),
        Article("koppla-fran", 4),
        Article("dokument-saknas", 4),
    ),
    "safe": (
        Article("ar-lanken-akta", 5),
        Article("vad-vi-laser", 5),
        Article("senseworks", 3),
        Article("visma-eller-spiris", 4),
        Article("kostnad", 3),
        Article("kakor", 4),
        Article("sprak", 2),
    ),
}
ARTICLES = {article.slug: article for group in GROUPS.values() for article in group}
