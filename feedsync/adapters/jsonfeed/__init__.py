"""JSON documents: Shopify's products, WooCommerce's products, and anything else."""
