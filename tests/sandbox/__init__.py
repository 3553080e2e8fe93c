"""Tests of the stand-in Visma."""
