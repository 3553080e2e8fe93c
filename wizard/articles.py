"""The articles of the help: their addresses, their order, and how many steps each has."""

from dataclasses import dataclass

from wizard.causes import CAUSES, Cause


@dataclass(frozen=True)
class Article:
    """An article at /hjalp/<slug>, whose steps are #steg-1 to #steg-<steps>: addresses that stay."""

    slug: str
    steps: int

    @property
    def cures(self) -> tuple[Cause, ...]:
        """The causes that lead here."""
        return tuple(
            cause for cause, facts in CAUSES.items() if facts.help.startswith(f"{self.slug}#")
        )


# As the contents show them: what to see to first, giving permission, afterwards, and being safe.
GROUPS: dict[str, tuple[Article, ...]] = {
    "before": (
        Article("vem-kan-godkanna", 4),
        Article("behorigheter", 5),
        Article("bokforing", 7),
        Article("hamta-lanken", 6),
    ),
    "approve": (
        Article("ge-behorighet", 9),
        Article("logga-in", 5),
        Article("valj-foretag", 5),
        Article("standardforetag", 6),
        Article("godkann-behorigheter", 4),
    ),
    "afterwards": (
        Article("fornya", 4),
        Article("koppla-fran", 4),
        Article("dokument-saknas", 4),
    ),
    "safe": (
        Article("ar-lanken-akta", 5),
        Article("vad-vi-laser", 5),
        Article("visma-eller-spiris", 4),
    ),
}
ARTICLES = {article.slug: article for group in GROUPS.values() for article in group}
