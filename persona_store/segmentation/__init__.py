"""From contacts to personas: attributes, bins, latent classes, names, profiles, and the model that answers later."""

from persona_store.segmentation.attributes import Attribute, AttributeKind, attribute_frame, attributes
from persona_store.segmentation.model import PersonaInfo, PersonaModel, contact_levels, load_model
from persona_store.segmentation.profiles import (
    AttributeProfile,
    LevelShare,
    PersonaProfile,
    list_profiles,
    persona_profile,
)

__all__ = [
    "Attribute",
    "AttributeKind",
    "AttributeProfile",
    "LevelShare",
    "PersonaInfo",
    "PersonaModel",
    "PersonaProfile",
    "attribute_frame",
    "attributes",
    "contact_levels",
    "list_profiles",
    "load_model",
    "persona_profile",
]
