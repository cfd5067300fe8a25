"""One module a subject; each offers `rows(inputs)` and the functions that its worker processes run."""
