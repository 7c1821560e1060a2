"""The projection: what the logs say, as tables that anybody can open with SQL."""
