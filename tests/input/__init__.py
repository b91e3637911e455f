"""Input that means harm: numbers 44 to 52 of the catalogue of tests."""
