"""What an instructor can ask for: one module a command."""
