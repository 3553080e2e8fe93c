"""Pictures of other programs' pages: definitions, drawing, and the choice between sketch and screenshot."""
