"""The persona store: personas built from CRM data and what is known from them; knows nothing of Rasa or channels."""

import os

# Polars gives memory back to the system half a second after it was last used, and a big import asks for the same again
# a second later: a quarter of its reading. Read by the allocator (jemalloc) when polars is loaded.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:3000,muzzy_decay_ms:0")
