"""The pages of the bookkeeping programme that help texts and pictures speak of."""
