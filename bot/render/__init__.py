"""One answer, shown the way its channel can show it."""
