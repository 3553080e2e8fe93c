"""The pages of the bookkeeping program that help texts and pictures refer to."""
