"""The demo shop: an order service of its own, on HTTP and SQLite, with a believable and repeatable shop in it."""
