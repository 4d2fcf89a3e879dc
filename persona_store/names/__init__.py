"""People, companies and personas found by what they are called, in spite of typos, umlauts and word order."""

from persona_store.names.companies import CompanyMeant, companies_in, company_meant
from persona_store.names.index import forget_people, index_people
from persona_store.names.lookups import find_companies, find_personas
from persona_store.names.search import Person, find_people, is_clear
from persona_store.names.text import normal_name

__all__ = [
    "CompanyMeant",
    "Person",
    "companies_in",
    "company_meant",
    "find_companies",
    "find_people",
    "find_personas",
    "forget_people",
    "index_people",
    "is_clear",
    "normal_name",
]
