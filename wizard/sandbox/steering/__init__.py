"""Steering for tests and rehearsals, under /ovning: nothing here exists at Visma."""
