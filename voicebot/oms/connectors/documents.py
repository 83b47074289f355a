"""What the order systems' JSON has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

#: Text that comes as null when there is none.
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class CamelDoc(BaseModel):
    """A document as GraphQL writes it: `createdAt` is read as `created_at`, and what is not named is passed over."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)
