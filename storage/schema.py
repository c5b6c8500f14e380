"""The whole schema, for migrations and checks: importing the modules below is what declares their tables."""

from storage import messages, tables
from storage.columns import Base

METADATA = Base.metadata
MODULES = (tables, messages)
