"""The pages of incubation: the board, the calls, one body, the panel, the publicity."""
