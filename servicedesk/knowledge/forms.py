"""The form that articles are written with."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    MultipleFileField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from servicedesk.knowledge import rules
from servicedesk.knowledge.rendering import LARGEST_BODY_BYTES
from servicedesk.knowledge.sources import Draft
from servicedesk.web.forms import Form
from servicedesk.web.language import LANGUAGES, lazy_gettext

_LONGEST_LIST = 4000
_SHOWN = 30


@dataclass(frozen=True)
class _List:
    """A text that is a list: how it is read, and what it may hold. What is too much is refused, never cut off."""

    separator: str
    longest: int
    most: int

    def items(self, text: str | None) -> tuple[str, ...]:
        """Return what stands in it, each once."""
        items = (" ".join(item.split()) for item in (text or "").replace("\r", "").split(self.separator))
        return tuple(dict.fromkeys(item for item in items if item))

    def __call__(self, _form: object, field: Field) -> None:
        """Check a field. Raises ValidationError, which stands beside it."""
        items = self.items(field.data)
        if len(items) > self.most:
            raise ValidationError(
                _("At most %(most)d of these, not %(count)d.", most=self.most, count=len(items))
            )
        for item in items:
            if len(item) > self.longest:
                shown = f"{item[:_SHOWN]} …"
                raise ValidationError(
                    _("At most %(count)d letters each. Shorten “%(item)s”.", count=self.longest, item=shown)
                )


_TAGS = _List(",", rules.LONGEST_TAG, rules.MOST_TAGS)
_KEYWORDS = _List(",", rules.LONGEST_KEYWORD, rules.MOST_KEYWORDS)
_FACTS = _List("\n", rules.LONGEST_FACT, rules.MOST_FACTS)


class ArticleForm(Form):
    """Everything of a revision, and what its author presses."""

    title = StringField(
        lazy_gettext("Title"),
        validators=[InputRequired(lazy_gettext("Write a title.")), Length(max=rules.LONGEST_TITLE)],
    )
    summary = TextAreaField(lazy_gettext("What it solves"), validators=[Length(max=rules.LONGEST_SUMMARY)])
    body = TextAreaField(
        lazy_gettext("Text"),
        validators=[InputRequired(lazy_gettext("Write the text.")), Length(max=LARGEST_BODY_BYTES)],
    )
    audience = SelectField(lazy_gettext("Who may read it"), validators=[InputRequired()])
    category = StringField(lazy_gettext("Category"), validators=[Length(max=200)])
    tags = StringField(lazy_gettext("Tags"), validators=[Length(max=_LONGEST_LIST), _TAGS])
    keywords = TextAreaField(
        lazy_gettext("Words that people use for it"), validators=[Length(max=_LONGEST_LIST), _KEYWORDS]
    )
    facts_needed = TextAreaField(
        lazy_gettext("What the desk must know if it did not help"),
        validators=[Length(max=_LONGEST_LIST), _FACTS],
    )
    time_minutes = IntegerField(
        lazy_gettext("Minutes it takes"), validators=[Optional(), NumberRange(min=1, max=rules.MOST_MINUTES)]
    )
    review_on = DateField(lazy_gettext("Review on"), validators=[Optional()])
    note = StringField(lazy_gettext("What changed"), validators=[Length(max=300)])
    files = MultipleFileField(lazy_gettext("Images and files"))
    widening = BooleanField(lazy_gettext("Yes, more people than before may read this"))
    based_on = HiddenField(default="0")
    preview = SubmitField()
    save = SubmitField()
    publish = SubmitField()

    def offer(self, audiences: Sequence[tuple[str, str]]) -> "ArticleForm":
        """Fill in what can be chosen."""
        self.audience.choices = list(audiences)
        return self

    def draft(self) -> Draft:
        """Return what was written."""
        return Draft(
            title=" ".join((self.title.data or "").split()),
            body=(self.body.data or "").replace("\r\n", "\n"),
            summary=" ".join((self.summary.data or "").split()),
            category=rules.category_path(self.category.data or ""),
            audience=self.audience.data or "",
            tags=_TAGS.items(self.tags.data),
            keywords=_KEYWORDS.items(self.keywords.data),
            facts_needed=_FACTS.items(self.facts_needed.data),
            time_minutes=self.time_minutes.data,
            review_on=self.review_on.data,
        )

    def base_number(self) -> int:
        """Return the number of the revision that the author had before them."""
        text = self.based_on.data or ""
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    def fill(self, draft: Draft) -> None:
        """Show a draft."""
        for name in ("title", "body", "summary", "category", "audience", "time_minutes", "review_on"):
            self[name].data = getattr(draft, name)
        self.tags.data = ", ".join(draft.tags)
        self.keywords.data = ", ".join(draft.keywords)
        self.facts_needed.data = "\n".join(draft.facts_needed)


class NewArticleForm(ArticleForm):
    """What is decided once: the language, and which article this one says in another language."""

    language = SelectField(lazy_gettext("Language"), validators=[InputRequired()])
    translation_of = StringField(
        lazy_gettext("Translation of (address of the original)"), validators=[Length(max=rules.LONGEST_SLUG)]
    )

    def offer(self, audiences: Sequence[tuple[str, str]]) -> ArticleForm:
        """Fill in what can be chosen."""
        self.language.choices = list(LANGUAGES.items())
        return super().offer(audiences)
