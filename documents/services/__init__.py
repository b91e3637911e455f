"""Keeping papers (`files`), printing them (`printing`) and finding what is owed (`sweep`)."""
