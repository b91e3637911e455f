"""Pages around paying."""
