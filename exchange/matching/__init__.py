"""How well a person fits a need, and which team staffs which workstream."""
