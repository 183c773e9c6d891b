"""Exchange: secondments and joint testing between national AI safety institutes."""
