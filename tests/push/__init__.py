"""What is sent, in which order, and what becomes of it when the store refuses, fails or falls silent."""
