"""The invented world, created through the actions so that it obeys every rule."""
