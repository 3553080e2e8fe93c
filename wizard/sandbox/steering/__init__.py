"""Control of the stand-in for tests and rehearsals, under /ovning; Visma has nothing like it."""
