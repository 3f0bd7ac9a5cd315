"""From a sentence to phrases with roles and a relational skeleton."""
