moonlit(2)
moonlit "one"
moonlit(1)
sphere{ at = moonlit }
