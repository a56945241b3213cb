"""What a product should be at one moment."""
