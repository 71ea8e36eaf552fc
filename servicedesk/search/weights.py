"""The numbers that ranking rests on. docs/ranking.md says how each was found; one set serves all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class FieldWeights:
    """How much a word counts by where it stands, and how much the length of that field takes off (BM25F)."""

    title: float = 3.0
    keywords: float = 2.0
    summary: float = 1.5
    headings: float = 1.5
    body: float = 1.0
    title_length: float = 0.5
    body_length: float = 0.75

    def boosts(self) -> tuple[float, ...]:
        """Return the boosts in the order of the article's fields."""
        return (self.title, self.keywords, self.summary, self.headings, self.body)

    def length_effects(self) -> tuple[float, ...]:
        """Return BM25F's b in the order of the article's fields."""
        return (self.title_length,) * 4 + (self.body_length,)


@dataclass(frozen=True)
class Weights:
    """All of them. The first two weigh the named signals against each other."""

    text: float = 0.3
    learned: float = 0.7
    saturation: float = 1.2
    neighbours: int = 60
    similarity_power: float = 2.0
    incident_title: float = 2.0
    other_language: float = 0.8
    fields: FieldWeights = field(default_factory=FieldWeights)

    def as_mapping(self) -> Mapping[str, float]:
        """Return them flat, to be stored beside a ranking."""
        flat = {name: value for name, value in asdict(self).items() if name != "fields"}
        return flat | {f"field_{name}": value for name, value in asdict(self.fields).items()}
