"""The fields that a column of each kind of table can stand for, and what their cells hold."""

from types import MappingProxyType
from typing import Literal, get_args

TableKind = Literal["companies", "products", "sellers", "contacts", "interactions", "deals", "content", "ideas"]
FieldType = Literal["id", "text", "long_text", "email", "phone", "name", "date", "moment", "number", "count", "truth"]
AttributeType = Literal["text", "number", "whole", "yes_no", "date"]

TABLE_KINDS: tuple[TableKind, ...] = get_args(TableKind)  # in the order of loading: what is referred to comes first

_CONTACTS: dict[str, FieldType] = {
    "id": "id",
    "salutation": "text",
    "title": "text",
    "first_name": "name",
    "last_name": "name",
    "name": "name",
    "email": "email",
    "phone": "phone",
    "mobile": "phone",
    "job_title": "text",
    "company_id": "id",
    "company": "text",
    "source": "text",
    "country": "text",
    "region": "text",
    "city": "text",
    "birth_year": "count",
    "birth_date": "date",
    "status": "text",
    "owner": "text",
    "notes": "long_text",
    "created_on": "date",
    "last_activity_on": "date",
    "outcome": "truth",
    "outcome_on": "date",
    "company_industry": "text",
    "company_employees": "count",
    "company_revenue": "number",
    "company_website": "text",
}
_COMPANIES: dict[str, FieldType] = {
    "id": "id",
    "name": "text",
    "industry": "text",
    "employees": "count",
    "revenue": "number",
    "country": "text",
    "region": "text",
    "postal_code": "text",
    "city": "text",
    "website": "text",
}
_INTERACTIONS: dict[str, FieldType] = {
    "id": "id",
    "contact_id": "id",
    "contact_email": "email",
    "contact_name": "name",
    "kind": "text",
    "channel": "text",
    "direction": "text",
    "responded": "truth",
    "at": "moment",
    "minutes": "number",
    "topic": "text",
    "text": "long_text",
}
_DEALS: dict[str, FieldType] = {
    "id": "id",
    "contact_id": "id",
    "contact_email": "email",
    "company_id": "id",
    "company": "text",
    "product": "text",
    "stage": "text",
    "amount": "number",
    "margin": "number",
    "won": "truth",
    "opened_on": "date",
    "closed_on": "date",
    "owner": "text",
}
_PRODUCTS: dict[str, FieldType] = {"id": "id", "name": "text", "series": "text", "price": "number"}
_SELLERS: dict[str, FieldType] = {"id": "id", "name": "text", "manager": "text", "office": "text"}
_CONTENT: dict[str, FieldType] = {
    "title": "text",
    "message": "long_text",
    "link": "long_text",
    "persona": "text",
    "phase": "text",
    "channel": "text",
    "function": "text",
    "language": "text",
}
_IDEAS: dict[str, FieldType] = {
    "idea": "long_text",
    "impact": "text",
    "effort": "text",
    "persona": "text",
    "language": "text",
}

FIELDS: MappingProxyType[TableKind, dict[str, FieldType]] = MappingProxyType(
    {
        "companies": _COMPANIES,
        "products": _PRODUCTS,
        "sellers": _SELLERS,
        "contacts": _CONTACTS,
        "interactions": _INTERACTIONS,
        "deals": _DEALS,
        "content": _CONTENT,
        "ideas": _IDEAS,
    }
)
NUMERIC: frozenset[FieldType] = frozenset({"number", "count"})
TEMPORAL: frozenset[FieldType] = frozenset({"date", "moment"})
OUTCOME_FIELDS: frozenset[str] = frozenset({"outcome", "status", "won", "stage"})  # may carry yes and no words
WITH_ATTRIBUTES: frozenset[TableKind] = frozenset({"contacts", "companies", "deals"})  # tables that keep more columns
