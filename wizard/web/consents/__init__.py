"""All that a person has approved, by a link to her mail address."""
