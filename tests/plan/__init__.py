"""What may be sent, and what the gates hold."""
