"""A believable German CRM export of any size, with planted personas, anti-personas, gaps and doubles."""

from persona_store.crm.sample.cast import CAST, CastMember
from persona_store.crm.sample.classes import CLASSES, ContactClass
from persona_store.crm.sample.write import SampleReport, write_sample

__all__ = ["CAST", "CLASSES", "CastMember", "ContactClass", "SampleReport", "write_sample"]
