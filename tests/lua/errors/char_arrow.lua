local a → 3
