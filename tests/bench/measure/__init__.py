"""What the benches share: numbers made into rows, and a relay that notes when a line went by."""
