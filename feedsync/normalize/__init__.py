"""From attributes in Google's vocabulary to variants and products: pure, without a clock."""
