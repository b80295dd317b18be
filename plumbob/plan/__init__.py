"""Changes into ordered statements, up and down, each with what it needs, gives, takes and may lose."""
