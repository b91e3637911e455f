"""The database engine of the documents, when they are in MongoDB."""
