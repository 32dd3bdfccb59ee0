from __future__ import annotations

import sys
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal
from uuid import UUID

import pydantic
import pydantic.dataclasses
import pytest
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    HttpUrl,
    NaiveDatetime,
    StringConstraints,
    UUID4,
    create_model,
)
from tokenizers import Tokenizer

from hfkit.engines.guides import Guides
from hfkit.errors import RefusedValueError, SettingError
from hfkit.testing.tokenizers import write_byte_pairs
from hfkit.text.forms import shape_of
from hfkit.text.models import is_model
