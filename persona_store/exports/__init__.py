"""Contacts handed out as a file: what stands in it, and the proof that lets somebody fetch it."""

from persona_store.exports.segment import MEDIA_TYPE, Segment, file_name, segment_csv, segment_of
from persona_store.exports.ticket import VALID_SECONDS, Ticket, issue, may_export, redeem

__all__ = [
    "MEDIA_TYPE",
    "VALID_SECONDS",
    "Segment",
    "Ticket",
    "file_name",
    "issue",
    "may_export",
    "redeem",
    "segment_csv",
    "segment_of",
]
