"""Key policies: the documents, and what they allow."""
