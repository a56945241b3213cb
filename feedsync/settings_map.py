"""What a schedule says of attributes: ``[map]``, where each is taken from, and ``[[rules]]``, what is decided over them.

Every expression, pattern and attribute's name is checked here, before anything is read. What the models mean for a
record is :mod:`feedsync.normalize.mapping`'s.
"""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from feedsync.currencies import EXPONENTS
from feedsync.expressions import Expression, NotAnExpression, compared_names
from feedsync.patterns import compile_pattern, replacement
from feedsync.settings_values import Model
from feedsync.vocabulary import ATTRIBUTES

#: What a name of one's own begins with: an attribute that only rules look at.
OWN = re.compile(r"x_[a-z0-9_]{1,60}")
LONGEST_TEXT = 1000
#: How much alike a condition's name and an attribute's are where one is taken for a slip of the other.
_SLIP = 0.8
_WORDS = ("strip", "lower", "upper", "html_to_text", "price")


def _attribute(name: str) -> str:
    if name in ATTRIBUTES or OWN.fullmatch(name):
        return name
    raise ValueError(
        f"{name!r} is no attribute of a product{_near(name)} (a name of your own, for rules, begins with x_)"
    )


def _near(name: str, least: float = 0.6) -> str:
    near = difflib.get_close_matches(name.lower(), sorted(ATTRIBUTES), 1, least)
    return f"; did you mean {near[0]!r}?" if near else ""


def _expression(text: str) -> str:
    Expression(text)
    return text


def _condition(text: str) -> str:
    """A feed's own names are taken too, but not those that look like a slip: they would make a rule that never holds."""
    own = Expression(text).names - ATTRIBUTES
    for name in compared_names(text):
        if name in own and not OWN.fullmatch(name):
            raise NotAnExpression(text, f"{name} is no attribute; a text stands in single quotes: '{name}'")
    for name in sorted(own):
        if not OWN.fullmatch(name) and (hint := _near(name, _SLIP)):
            raise NotAnExpression(text, f"{name} is no attribute{hint} (map a name of the feed's own to one with x_)")
    return text


def _currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError(f'{code!r} is not an ISO 4217 code such as "INR"')
    return code


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValueError(f"{url!r} is not a web address: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not a web address: it begins with https://")
    if not parts.path.endswith("/") or parts.query or parts.fragment:
        raise ValueError(f"{url!r} must end with /, as a folder does; prefix puts any text in front as it is")
    return url


Attribute = Annotated[str, AfterValidator(_attribute)]
ExpressionText = Annotated[str, AfterValidator(_expression)]
Currency = Annotated[str, AfterValidator(_currency)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
SomeText = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class Transform(Model):
    """One step between a record's value and an attribute: exactly one of these, with what belongs to it."""

    strip: Literal[True] | None = None
    lower: Literal[True] | None = None
    upper: Literal[True] | None = None
    html_to_text: Literal[True] | None = None
    price: Literal[True] | None = None
    money: Currency | None = None
    minor_units: Currency | None = None
    values: Annotated[dict[str, Text], Field(min_length=1)] | None = None
    strict: bool = False
    split: SomeText | None = None
    join: Text | None = None
    regex: SomeText | None = None
    group: Annotated[int, Field(ge=0, le=99)] | None = None
    replace: Text | None = None
    url_join: Annotated[str, AfterValidator(_base)] | None = None
    prefix: SomeText | None = None
    suffix: SomeText | None = None

    @property
    def name(self) -> str:
        """Which one it is."""
        return next(key for key in type(self).model_fields if key in self.model_fields_set - _OPTIONS.keys())

    @model_validator(mode="after")
    def _one(self) -> Transform:
        given = sorted(self.model_fields_set - _OPTIONS.keys())
        if len(given) != 1:
            raise ValueError(f"a transform does one thing: {', '.join(given) or 'this one does none'}")
        for option in self.model_fields_set & _OPTIONS.keys():
            if given[0] != _OPTIONS[option]:
                raise ValueError(f"{option} belongs to {_OPTIONS[option]}, not to {given[0]}")
        return self

    @model_validator(mode="after")
    def _pattern(self) -> Transform:
        if self.regex is None:
            return self
        groups = compile_pattern(self.regex)[0].groups
        if self.replace is not None and self.group is not None:
            raise ValueError("a regex gives a group or a replacement, not both")
        wanted = replacement(self.replace) if self.replace is not None else [self.group or 0]
        for group in wanted:
            if isinstance(group, int) and group > groups:
                raise ValueError(f"{self.regex!r} has {groups} groups, and {group} is asked for")
        return self


#: Keys of a transform that only say more of another one.
_OPTIONS = {"strict": "values", "group": "regex", "replace": "regex"}


def _transform(value: object) -> object:
    """A word for a transform that needs nothing more."""
    if not isinstance(value, str):
        return value
    if value in _WORDS:
        return {value: True}
    if value in Transform.model_fields:
        raise ValueError(f'{value} needs to be told what: write {{ {value} = … }} instead of "{value}"')
    near = difflib.get_close_matches(value, Transform.model_fields, 1)
    raise ValueError(f"there is no transform {value!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


TransformSetting = Annotated[
    Transform,
    BeforeValidator(_transform, json_schema_input_type=Literal["strip", "lower", "upper", "html_to_text", "price"] | Transform),
]  # fmt: skip


class MapField(Model):
    """What one attribute is taken from: ``from`` one expression, the first of ``any`` that gives something, or ``value``.

    Without any of them it is what the format itself found, for transforms and a ``default`` alone.
    """

    source: ExpressionText | None = Field(default=None, alias="from")
    any: Annotated[tuple[ExpressionText, ...], Field(min_length=1, max_length=20, strict=False)] | None = None
    value: Text | None = None
    transforms: Annotated[tuple[TransformSetting, ...], Field(max_length=20)] = Field(default=(), strict=False)
    default: SomeText | None = None

    @model_validator(mode="after")
    def _one(self) -> MapField:
        given = [
            name for name, one in (("from", self.source), ("any", self.any), ("value", self.value)) if one is not None
        ]
        if len(given) > 1:
            raise ValueError(f"give one of {' and '.join(given)}")
        if self.value is not None and (self.transforms or self.default is not None):
            raise ValueError("a constant value needs no transforms and no default")
        if not given and not self.transforms and self.default is None:
            raise ValueError("say where it is taken from: from, any, value, transforms or default")
        return self


def _shorthand(value: object) -> object:
    return {"from": value} if isinstance(value, str) else value


MapSetting = Annotated[MapField, BeforeValidator(_shorthand, json_schema_input_type=str | MapField)]
#: ``[map]``; that of one feed goes over that of the schedule by ``{**schedule.map, **feed.map}``.
MapSettings = dict[Attribute, MapSetting]


class Rule(Model):
    """One of ``[[rules]]``: when an item is so, attributes are set (``""`` removes one), or the item is left out."""

    when: Annotated[str, AfterValidator(_condition)]
    set: Annotated[dict[Attribute, Text], Field(min_length=1)] | None = None
    exclude: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if (self.set is None) == (self.exclude is None):
            raise ValueError("a rule either sets attributes or excludes the item: give set = { … } or exclude = true")
        if self.set is not None and "id" in self.set:
            raise ValueError("a rule cannot set the id: no two items may have the same")
        return self
