"""The numbers that ranking rests on. docs/ranking.md says how each was found; one set serves all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class FieldWeights:
    """How much a word counts by where it stands, and how much the length of that field takes off (BM25F)."""

    title: float = 8.0
    keywords: float = 5.0
    summary: float = 2.5
    headings: float = 2.5
    body: float = 1.0
    title_length: float = 0.5
    body_length: float = 0.65

    def boosts(self) -> tuple[float, ...]:
        """Return the boosts in the order of the article's fields."""
        return (self.title, self.keywords, self.summary, self.headings, self.body)

    def length_effects(self) -> tuple[float, ...]:
        """Return BM25F's b in the order of the article's fields."""
        return (self.title_length,) * 4 + (self.body_length,)


@dataclass(frozen=True)
class Weights:
    """All of them. The first three weigh the named signals against each other."""

    text: float = 0.3
    neighbours_vote: float = 0.35
    profile: float = 0.35
    saturation: float = 3.2
    synonym: float = 0.4
    neighbours: int = 100
    candidates: int = 120
    wording: float = 0.5
    wording_rarity: float = 0.5
    similarity_power: float = 2.0
    similar_enough: float = 0.14
    trusted_similarity: float = 0.17
    trust_power: float = 3.0
    trusted_votes: float = 0.2
    incident_title: float = 2.0
    incident_rarity: float = 0.5
    single_word: float = 0.33
    short_question: int = 8
    popularity: float = 0.8
    other_language: float = 0.8
    fields: FieldWeights = field(default_factory=FieldWeights)

    def of_signals(self) -> Mapping[str, float]:
        """Return the weight of each named signal. One that is added later gets its line here."""
        return {"text": self.text, "neighbours": self.neighbours_vote, "profile": self.profile}

    def as_mapping(self) -> Mapping[str, float]:
        """Return them flat, to be stored beside a ranking."""
        flat = {name: value for name, value in asdict(self).items() if name != "fields"}
        return flat | {f"field_{name}": value for name, value in asdict(self.fields).items()}
