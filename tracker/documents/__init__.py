"""Documents: built once as blocks, printed by one small writer a format."""
