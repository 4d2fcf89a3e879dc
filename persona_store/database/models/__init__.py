"""The tables of the persona store."""

from persona_store.database.models.access import Audit, Invitation, LoginFailure, User
from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base, Json
from persona_store.database.models.crm import Company, Contact, Deal, Import, Interaction, Product, Seller, TextHit
from persona_store.database.models.guidance import ChannelCount, Content, GuidanceModel, Idea
from persona_store.database.models.judgement import Scorecard, Veto
from persona_store.database.models.links import Button, Link, LinkCode, Update
from persona_store.database.models.live import LiveClock, LiveEvent, LiveMember, LiveState, LiveTouched
from persona_store.database.models.names import ContactToken, NameToken, NameVariant
from persona_store.database.models.privacy import ErasureRequest, Suppressed
from persona_store.database.models.segments import (
    Build,
    Membership,
    Persona,
    PersonaIdentity,
    PersonaLevel,
    TargetGroup,
)

__all__ = [
    "KEY_LENGTH",
    "NAME_LENGTH",
    "WORD_LENGTH",
    "Audit",
    "Base",
    "Build",
    "Button",
    "ChannelCount",
    "Company",
    "Contact",
    "ContactToken",
    "Content",
    "Deal",
    "ErasureRequest",
    "GuidanceModel",
    "Idea",
    "Import",
    "Interaction",
    "Invitation",
    "Json",
    "Link",
    "LinkCode",
    "LiveClock",
    "LiveEvent",
    "LiveMember",
    "LiveState",
    "LiveTouched",
    "LoginFailure",
    "Membership",
    "NameToken",
    "NameVariant",
    "Persona",
    "PersonaIdentity",
    "PersonaLevel",
    "Product",
    "Scorecard",
    "Seller",
    "Suppressed",
    "TargetGroup",
    "TextHit",
    "Update",
    "User",
    "Veto",
]
