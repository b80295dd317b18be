"""Migrations are run and rolled back: what is found out before, then statement by statement."""
